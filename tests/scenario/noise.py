"""noise.py PORT SECONDS CONNECTIONS ENOUGH: for so long at least, and until the
file ENOUGH is there (or ten minutes have passed), holds so many connections to a TLS port
that say nothing, the half of a ClientHello, or random bytes, one byte at a
time or all at once; opens another for each that is closed. Prints how many
it opened, and how many silent, half and dripping ones the hub closed."""
import os, random, selectors, socket, sys, time

port, seconds, most = (int(a) for a in sys.argv[1:4])
enough = sys.argv[4]
# A TLS 1.2 record of a ClientHello of 512 bytes, of which 40 come.
HELLO = bytes.fromhex('1603010204010002000303') + bytes(29)
kinds = ('silent', 'half', 'random', 'drip', 'http')
held = selectors.DefaultSelector()
opened = 0
cut = dict.fromkeys(kinds, 0)


def connect():
    global opened
    s = socket.socket()
    s.settimeout(2)
    kind = kinds[opened % len(kinds)]
    try:
        s.connect(('127.0.0.1', port))
        if kind == 'half':
            s.sendall(HELLO)
        elif kind == 'random':
            s.sendall(random.randbytes(random.randrange(1, 20000)))
        elif kind == 'http':
            s.sendall(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    except OSError:
        s.close()
        return
    s.setblocking(False)
    held.register(s, selectors.EVENT_READ, kind)
    opened += 1


began = time.monotonic()


def burns():
    past = time.monotonic() - began
    return past < seconds or (past < 600 and not os.path.exists(enough))


while burns():
    while len(held.get_map()) < most:
        before = opened
        connect()
        if opened == before:
            time.sleep(0.05)
            break
    for key, _ in held.select(0.1):
        try:
            gone = not key.fileobj.recv(4096)
        except BlockingIOError:
            continue
        except OSError:
            gone = True
        if gone:
            cut[key.data] += 1
            held.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(held.get_map().values()):
        if key.data == 'drip':
            try:
                key.fileobj.send(b'\x16')
            except OSError:
                pass
print(opened, cut['silent'], cut['half'], cut['drip'])
