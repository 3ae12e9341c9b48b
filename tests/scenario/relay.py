"""relay.py PORT TO ADDRESS: what connects to PORT of this machine is led on to
its port TO, and comes there from ADDRESS."""
import asyncio, sys

port, to = (int(a) for a in sys.argv[1:3])
address = sys.argv[3]


async def pour(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def lead(reader, writer):
    try:
        there, back = await asyncio.open_connection('127.0.0.1', to,
            local_addr=(address, 0))
    except OSError:
        writer.close()
        return
    await asyncio.gather(pour(reader, back), pour(there, writer))


async def main():
    server = await asyncio.start_server(lead, '127.0.0.1', port)
    await server.serve_forever()

asyncio.run(main())
