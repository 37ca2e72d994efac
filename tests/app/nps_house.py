"""A conf folder as NPS writes it. Source: nps-formats.md section 7, measured records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from npsgui.app.nps_conf.folder import NAMES
from npsgui.app.nps_conf.handover import give
from npsgui.app.nps_conf.offer import offer
from npsgui.app.nps_conf.records import parse
from npsgui.app.nps_conf.takeover import Taken, take
from npsgui.model.configuration import Configuration

SEPARATOR = "\n*#*"

CLIENT = (
    '{"Cnf":{"U":"","P":"","Compress":false,"Crypt":false},"Id":4,"VerifyKey":"limitkey","Addr":"","Remark":"",'
    '"Status":true,"IsConnect":false,"RateLimit":0,"Flow":{"ExportFlow":0,"InletFlow":0,"FlowLimit":1},'
    '"Rate":{"NowRate":0},"NoStore":false,"NoDisplay":false,"MaxConn":0,"NowConn":0,"WebUserName":"",'
    '"WebPassword":"","ConfigConnAllow":true,"MaxTunnelNum":0,"Version":""}'
)
TASK = (
    '{"Id":3,"Port":21003,"ServerIp":"127.0.0.1","Mode":"socks5","Status":true,"RunStatus":false,'
    '"Client":{"Id":4},"Ports":"","Flow":{"ExportFlow":0,"InletFlow":0,"FlowLimit":0},"Password":"",'
    '"Remark":"","TargetAddr":"","NoStore":false,"LocalPath":"","StripPre":"","Target":{"TargetStr":"",'
    '"TargetArr":null,"LocalProxy":false},"MultiAccount":null,"HealthCheckTimeout":0,"HealthMaxFail":0,'
    '"HealthCheckInterval":0,"HealthNextTime":"0001-01-01T00:00:00Z","HealthMap":null,"HttpHealthUrl":"",'
    '"HealthRemoveArr":null,"HealthCheckType":"","HealthCheckTarget":""}'
)
HOST = (
    '{"Id":1,"Host":"w.test","HeaderChange":"","HostChange":"","Location":"/","Remark":"","Scheme":"all",'
    '"CertFilePath":"","KeyFilePath":"","NoStore":false,"IsClose":false,"Flow":{"ExportFlow":0,"InletFlow":0,'
    '"FlowLimit":0},"Client":{"Id":4},"Target":{"TargetStr":"127.0.0.1:31003","TargetArr":null,'
    '"LocalProxy":false}}'
)


def client(**changes: Any) -> dict[str, Any]:
    return {**json.loads(CLIENT), **changes}


def task(**changes: Any) -> dict[str, Any]:
    """A TCP tunnel of client 4 to a target on this machine, where nothing else is said."""
    local = {"Mode": "tcp", "Target": {"TargetStr": "127.0.0.1:8080", "TargetArr": None, "LocalProxy": True}}
    return {**json.loads(TASK), **local, **changes}


def host(**changes: Any) -> dict[str, Any]:
    return {**json.loads(HOST), **changes}


def flow(inlet: int, export: int, limit: int = 0) -> dict[str, int]:
    return {"ExportFlow": export, "InletFlow": inlet, "FlowLimit": limit}


def target(text: str, local: bool = True) -> dict[str, Any]:
    return {"TargetStr": text, "TargetArr": None, "LocalProxy": local}


def text(*records: object) -> str:
    """A file of records; those that are text already stand as they are."""
    return "".join(
        (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, separators=(",", ":")))
        + SEPARATOR
        for one in records
    )


def conf(folder: Path, clients: str, tasks: str | None = None, hosts: str | None = None) -> Path:
    """A conf folder with these files; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("clients.json", clients), ("tasks.json", tasks), ("hosts.json", hosts)):
        if content is not None:
            (folder / name).write_text(content, "utf-8", newline="")
    return folder


def imported(clients: str, tasks: str = "", hosts: str = "", into: Configuration | None = None) -> Taken:
    """What comes of importing these files."""
    files = dict(zip(NAMES.items(), (clients, tasks, hosts), strict=True))
    read = {kind: parse(name, content.encode()) for (kind, name), content in files.items()}
    return take(offer("conf", read), into or Configuration(), lambda: "fresh")


def exported(taken: Taken) -> Mapping[str, str]:
    """The files written of what was imported, before another byte moved."""
    return give(taken.configuration, taken.opening).files


def reimported(files: Mapping[str, str]) -> Taken:
    """What comes of importing what was exported."""
    return imported(files["clients.json"], files["tasks.json"], files["hosts.json"])


def said(taken: Taken) -> list[str]:
    return [str(sentence) for sentence in taken.said]


def records(content: str) -> dict[int, Any]:
    """The records of a file, by their ids."""
    return {one["Id"]: one for one in map(json.loads, content.split(SEPARATOR)[:-1])}
