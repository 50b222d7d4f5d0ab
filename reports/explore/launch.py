"""Starting the page: on this computer alone, telling nobody, keeping nothing."""

from __future__ import annotations

import importlib.util
import socket
import threading
import webbrowser
from pathlib import Path

from refusal import Refusal
from reports.reading import Release

HERE = "127.0.0.1"
PAGE = Path(__file__).parent / "page.py"
WAIT = 30.0  # seconds until a browser is no longer opened
OPTIONS = {
    "server.address": HERE,
    "server.headless": True,  # else it asks for an e-mail address before it starts
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "browser.gatherUsageStats": False,
    "browser.serverAddress": HERE,
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "global.developmentMode": False,
    "logger.level": "warning",
    "theme.base": "light",
    "theme.primaryColor": "#12436D",
    "theme.linkColor": "#12436D",
    "theme.textColor": "#0B0C0C",
    "theme.backgroundColor": "#FFFFFF",
}


def run(release_folder: Path, port: int | None = None, is_opened: bool = True) -> None:
    """Serve the page of a release on 127.0.0.1 until it is stopped (Ctrl-C).

    Without `port` a free one is taken; its address is printed once it answers. `is_opened` opens the reader's browser. Refusal where Streamlit is not
    installed, the folder holds no release, or the port is taken.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise Refusal(
            "The page to explore needs Streamlit, which is not installed. Install it with: "
            'pip install "south-yorkshire-core-data[ui]"'
        )
    if not (release_folder / "manifest.json").exists():
        raise Refusal(f"{release_folder} holds no release. Name a release that is there.")
    Release(release_folder).table(
        "indicators"
    )  # what was changed since it was made is refused before a page is
    chosen = free_port(port)
    if is_opened:
        threading.Thread(target=_open, args=(chosen,), daemon=True).start()
    _serve(release_folder.resolve(), chosen)


def free_port(port: int | None) -> int:
    """The port asked for, or any that is free; Refusal where it is taken."""
    with socket.socket() as probe:
        # A server that has just stopped leaves its port in a state that is free to us all the same.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port or 0))
        except (OSError, OverflowError):
            raise Refusal(
                f"Port {port} cannot be had. Choose another with --port, or leave it out."
            ) from None
        return probe.getsockname()[1]


def _serve(release_folder: Path, port: int) -> None:
    from streamlit.web import bootstrap

    options = {name.replace(".", "_"): value for name, value in (OPTIONS | {"server.port": port}).items()}
    bootstrap.load_config_options(options)
    bootstrap.run(str(PAGE), False, [str(release_folder)], options)


def _open(port: int) -> None:
    """Open the browser once the page answers."""
    answering = threading.Event()
    for _ in range(int(WAIT / 0.2)):
        try:
            socket.create_connection((HERE, port), timeout=1).close()
        except OSError:
            answering.wait(0.2)
            continue
        webbrowser.open(f"http://{HERE}:{port}/")
        return
