"""Answers requests for /1, /2 and so on over TLS, and sends more than it should behind the answer to /1.

Usage: server.py KIND CERTIFICATE KEY. KIND: record: in the record that ends the body; later: a while after it; none;
lie: the status line for /1 names HTTP/2, and some connections are closed behind an answer.
Prints its port, and then a line for each request: the number of the connection, and the path."""
import socket
import ssl
import sys
import threading
import time

kind = sys.argv[1]
UNASKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nevil"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])


def answer(client, path):
    body = b"of " + path[1:]
    if kind == "lie":
        time.sleep(0.05 if path == b"/1" else 0.2)
        version = b"HTTP/2" if path == b"/1" else b"HTTP/1.1"
        client.sendall(version + b" 200\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return
    unasked = UNASKED if path == b"/1" else b""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body))
    time.sleep(0.05)  # so that libcurl reads the body by itself
    if kind == "record":
        client.sendall(body + unasked)
        return
    client.sendall(body)
    if kind == "later":
        time.sleep(0.05)
        client.sendall(unasked)


def serve(client, number):
    data = b""
    try:
        client = context.wrap_socket(client, server_side=True)
        while True:
            while b"\r\n\r\n" not in data:
                more = client.recv(65536)
                if not more:
                    return
                data += more
            head, data = data.split(b"\r\n\r\n", 1)
            path = head.split(b" ")[1]
            print(number, path.decode(), flush=True)
            answer(client, path)
            if kind == "lie" and path in (b"/1", b"/2", b"/5"):
                return
    except OSError:
        pass
    finally:
        client.close()


door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(64)
print(door.getsockname()[1], flush=True)
connections = 0
while True:
    connections += 1
    threading.Thread(target=serve, args=(door.accept()[0], connections), daemon=True).start()
