"""What `docker compose` is told: this needs no Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import yaml

from tests import PROJECT
from tests.docs.test_reference import variables

ALONE, CLUSTER = (
    yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))
    for name in ("compose.yaml", "compose.cluster.yaml")
)
IMAGE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")


def test_people_come_in_through_the_proxy_alone():
    services = ALONE["services"] | {f"cluster {name}": each for name, each in CLUSTER["services"].items()}
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert "reverse_proxy {$UPSTREAM:app:8501}" in (PROJECT / "Caddyfile").read_text(encoding="utf-8")


def test_a_container_may_write_into_its_volume_and_tmp_alone_and_takes_no_more_than_its_memory():
    for name, service in ALONE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "mem_limit" in service
    app = ALONE["services"]["app"]
    home = re.search(r"ENV KD_HOME=(\S+)", IMAGE)[1]
    assert (app["volumes"], app["tmpfs"]) == ([f"runs:{home}"], ["/tmp"])
    assert "\nUSER lab\n" in IMAGE


def test_every_volume_that_is_used_is_there():
    for file in (ALONE, CLUSTER):
        mounts = [mount for service in file["services"].values() for mount in service.get("volumes", [])]
        used = {mount.partition(":")[0] for mount in mounts if not mount.startswith(".")}
        assert used == set(file["volumes"])


def test_every_variable_that_the_app_is_told_is_one_that_it_reads():
    told = {name for name in ALONE["services"]["app"]["environment"] if name.startswith("KD_")}
    assert told <= variables()


@pytest.mark.parametrize(("base", "asked"), [("", "/ready"), ("/lab/kd/", "/lab/kd/ready")])
def test_the_image_asks_whether_the_app_is_ready(base, asked):
    """Its health check, asked of a server that says no once."""
    command = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*?\])\n", IMAGE, re.DOTALL)[1].replace("\\\n", ""))
    paths = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(503 if len(paths) == 1 else 200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        code = command[2].replace("8501", str(server.server_port))
        environment = {**os.environ, "STREAMLIT_SERVER_BASE_URL_PATH": base}
        ends = [
            subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode
            for _each in range(2)
        ]
        server.shutdown()
    assert (ends, paths) == ([1, 0], [asked, asked])
