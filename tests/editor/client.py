# SPDX-License-Identifier: Apache-2.0
"""A small client of the language server protocol: opens a file as an editor would, asks for completion and hover."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import Any


class Editor:
    """Talks to `yaml-language-server --stdio`; use it as a context."""

    def __init__(self, command: list[str], root: Path) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.root, self.number = root, 0
        self.answers: Queue[dict[str, Any]] = Queue()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def __enter__(self) -> Editor:
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": self.root.as_uri(),
                "capabilities": {"workspace": {"configuration": True}},
            },
        )
        self._send({"method": "initialized", "params": {}})
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.listener.join(5)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def open(self, path: Path, text: str) -> str:
        uri = path.as_uri()
        self._send(
            {
                "method": "textDocument/didOpen",
                "params": {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}},
            }
        )
        return uri

    def complete(self, uri: str, line: int, character: int) -> list[str]:
        """Labels offered at a place (counted from 0)."""
        found = self.ask(
            "textDocument/completion",
            {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}},
        )
        items = found if isinstance(found, list) else (found or {}).get("items", [])
        return [item["label"] for item in items]

    def hover(self, uri: str, line: int, character: int) -> str:
        found = self.ask(
            "textDocument/hover",
            {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}},
        )
        contents = (found or {}).get("contents", "")
        return contents["value"] if isinstance(contents, dict) else str(contents)

    def ask(self, method: str, params: Any, timeout: float = 30) -> Any:
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": params})
        while True:
            try:
                answer = self.answers.get(timeout=timeout)
            except Empty as error:
                raise TimeoutError(method) from error
            if answer.get("id") == number:
                return answer.get("result")

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def _listen(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            while (line := out.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                return
            message = json.loads(out.read(length))
            if "method" in message and "id" in message:  # the server asks for settings
                items = (
                    message.get("params", {}).get("items", [])
                    if isinstance(message.get("params"), dict)
                    else []
                )
                self._send(
                    {
                        "id": message["id"],
                        "result": [self._settings(item.get("section", "")) for item in items] or None,
                    }
                )
            elif message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            elif "id" in message:
                self.answers.put(message)

    def _settings(self, section: str) -> Any:
        return (
            {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}
            if section == "yaml"
            else {}
        )
