"""stall.py DIR: mounts there a file system that never answers (FUSE, by the
kernel's own interface), until it is told to end."""
import ctypes
import os
import signal
import struct
import sys

INIT = 26
HEADER = struct.Struct("<IIQQIIII")  # fuse_in_header
DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)
place = sys.argv[1].encode()
kernel = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={kernel},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"stall", place, b"fuse", 0, options.encode()) != 0:
    sys.exit("stall.py: " + os.strerror(ctypes.get_errno()))


def end(*_):
    libc.umount2(place, DETACH)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
print("mounted", flush=True)
while True:
    request = os.read(kernel, 1 << 20)
    _, opcode, unique, *_ = HEADER.unpack_from(request)
    if opcode == INIT:
        major, minor, ahead, _ = struct.unpack_from("<IIII", request, 40)
        os.write(kernel, struct.pack("<IiQIIIIHHI", 40, 0, unique, 7, 12,
                                     ahead, 0, 12, 10, 4096))
