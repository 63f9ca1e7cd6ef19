"""A small scripted IMAP server on an ephemeral loopback port, for what a good one never does.

One folder with mails by UID. It says what `abilities` hold, refuses what `refusing` names, hangs up at whatever
`hanging_up` names, and never answers what `silent_at` names.
"""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

VALIDITY = 77
ARRIVED = "01-Jun-2026 15:00:00 +0000"


@dataclass
class ImapServer:
    """The running server. `refusing`, `hanging_up` and `silent_at` hold patterns of commands, like "FETCH 5 .*BODY";
    the first maps them to the answer, and `first_saying` maps others to what comes before it. `sizes` and `dates` belie
    what the mails are, and `gone` are found though they are not there. `said` are the commands that came, without tags.
    """

    port: int = 0
    abilities: str = "IMAP4rev1"
    mails: dict[int, bytes] = field(default_factory=dict)
    first_saying: dict[str, bytes] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)
    refusing: dict[str, str] = field(default_factory=dict)
    hanging_up: list[str] = field(default_factory=list)
    silent_at: list[str] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    idling: threading.Event = field(default_factory=threading.Event)
    beside_idling: bytes = b""
    said: list[str] = field(default_factory=list)

    def count(self, pattern: str) -> int:
        """How many commands fit."""
        return sum(bool(re.search(pattern, one)) for one in list(self.said))


@contextmanager
def running_imap_server(server: ImapServer) -> Iterator[ImapServer]:
    """Serve until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server.port = door.getsockname()[1]
        open_lines: list[socket.socket] = []
        threading.Thread(target=_welcome, args=(server, door, open_lines), daemon=True).start()
        try:
            yield server
        finally:
            _end(door)
            for line in open_lines:
                _end(line)


def _end(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # It is over already.


def _welcome(server: ImapServer, door: socket.socket, open_lines: list[socket.socket]) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            return
        open_lines.append(line)
        threading.Thread(target=_serve, args=(server, line), daemon=True).start()


def _serve(server: ImapServer, line: socket.socket) -> None:
    idling = ""
    with line, line.makefile("rb") as words:
        try:
            line.sendall(b"* OK ready\r\n")
            for spoken in words:
                # DONE alone comes without a tag.
                first, _, rest = spoken.decode().strip().partition(" ")
                tag, command = (first, rest) if rest else ("", first)
                server.said.append(command)
                if any(re.search(one, command) for one in server.hanging_up):
                    return
                refusal = next((said for one, said in server.refusing.items() if re.search(one, command)), "")
                line.sendall(b"".join(said for one, said in server.first_saying.items() if re.search(one, command)))
                if refusal:
                    line.sendall(f"{tag} {refusal}\r\n".encode())
                elif command == "IDLE":
                    idling = tag
                    line.sendall(b"+ idling\r\n" + server.beside_idling)
                    server.idling.set()
                elif any(re.search(one, command) for one in server.silent_at):
                    server.silent.set()
                elif command == "DONE":
                    line.sendall(f"{idling} OK done\r\n".encode())
                else:
                    line.sendall(_answer(server, command) + f"{tag} OK done\r\n".encode())
        except OSError:
            return


def _answer(server: ImapServer, command: str) -> bytes:
    word = command.removeprefix("UID ").partition(" ")[0]
    if word == "CAPABILITY":
        return f"* CAPABILITY {server.abilities}\r\n".encode()
    if word == "SELECT":
        following = max(server.mails, default=0) + 1
        return (
            f"* {len(server.mails)} EXISTS\r\n* OK [UIDVALIDITY {VALIDITY}]\r\n* OK [UIDNEXT {following}]\r\n".encode()
        )
    if word == "SEARCH":
        return f"* SEARCH {' '.join(map(str, sorted(_searched(server, command))))}\r\n".encode()
    if word == "FETCH":
        return b"".join(_fetched(server, int(uid), command) for uid in command.split()[2].split(","))
    return b"* BYE\r\n" if word == "LOGOUT" else b""


def _searched(server: ImapServer, command: str) -> set[int]:
    """As servers do: the range n:* always holds the last mail."""
    found = re.search(r"UID SEARCH UID (\d+):(\d+|\*)", command)
    last = max(server.mails, default=0)
    if not found:
        return set(server.mails) | server.gone
    ends = sorted((int(found[1]), last if found[2] == "*" else int(found[2])))
    return {uid for uid in server.gone.union(server.mails) if ends[0] <= uid <= ends[1]}


def _fetched(server: ImapServer, uid: int, command: str) -> bytes:
    if uid not in server.mails:
        return b""
    mail = server.mails[uid]
    if "BODY" not in command:
        size, date = server.sizes.get(uid, len(mail)), server.dates.get(uid, f'INTERNALDATE "{ARRIVED}"')
        return f"* {uid} FETCH (UID {uid} {date} RFC822.SIZE {size})\r\n".encode()
    most = int(re.findall(r"<0\.(\d+)>", command)[0])
    part = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in command else mail
    if not part:
        return f'* {uid} FETCH (BODY[]<0> "" UID {uid})\r\n'.encode()
    # Our UID comes behind, and somebody else's change of a flag before.
    piece = part[:most]
    return (
        f"* 9 FETCH (FLAGS (\\Seen) UID 9)\r\n* {uid} FETCH (BODY[]<0> {{{len(piece)}}}\r\n".encode()
        + piece
        + f" UID {uid})\r\n".encode()
    )
