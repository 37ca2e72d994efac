"""The shape of NPS's records: every field that NPS writes, and its JSON type. Pure.

Source: nps-formats.md section 7, lib/file/obj.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npsgui.model.entities import OwnerKind
from npsgui.model.errors import NpsError

_FLOW = {"ExportFlow": 0, "InletFlow": 0, "FlowLimit": 0}
_TARGET = {"TargetStr": "", "TargetArr": None, "LocalProxy": False}

TEMPLATES: Mapping[OwnerKind, Mapping[str, Any]] = {
    OwnerKind.CLIENT: {
        "Cnf": {"U": "", "P": "", "Compress": False, "Crypt": False},
        "Id": 0, "VerifyKey": "", "Addr": "", "Remark": "", "Status": False, "IsConnect": False,
        "RateLimit": 0, "Flow": _FLOW, "Rate": {"NowRate": 0}, "NoStore": False, "NoDisplay": False,
        "MaxConn": 0, "NowConn": 0, "WebUserName": "", "WebPassword": "", "ConfigConnAllow": False,
        "MaxTunnelNum": 0, "Version": "",
    },
    OwnerKind.TUNNEL: {
        "Id": 0, "Port": 0, "ServerIp": "", "Mode": "", "Status": False, "RunStatus": False,
        "Client": {"Id": 0}, "Ports": "", "Flow": _FLOW, "Password": "", "Remark": "", "TargetAddr": "",
        "NoStore": False, "LocalPath": "", "StripPre": "", "Target": _TARGET, "MultiAccount": None,
        "HealthCheckTimeout": 0, "HealthMaxFail": 0, "HealthCheckInterval": 0,
        "HealthNextTime": "0001-01-01T00:00:00Z", "HealthMap": None, "HttpHealthUrl": "",
        "HealthRemoveArr": None, "HealthCheckType": "", "HealthCheckTarget": "",
    },
    OwnerKind.HOST: {
        "Id": 0, "Host": "", "HeaderChange": "", "HostChange": "", "Location": "", "Remark": "",
        "Scheme": "", "CertFilePath": "", "KeyFilePath": "", "NoStore": False, "IsClose": False,
        "Flow": _FLOW, "Client": {"Id": 0}, "Target": _TARGET,
    },
}  # fmt: skip
"""A record of zeros, as NPS writes it. What is an object here must not be missing: NPS crashes on nil."""

_NULLABLE = {"TargetArr": list, "MultiAccount": dict, "HealthMap": dict, "HealthRemoveArr": list}


def completed(template: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``record`` with all that NPS expects. Raises NpsError: where a value is of another type."""
    whole: dict[str, Any] = {**template, **record}
    for name, zero in template.items():
        value = whole[name] if whole[name] is not None else zero
        kind = _NULLABLE[name] if zero is None else type(zero)
        if value is not None and type(value) is not kind:
            raise NpsError("“{field}” is not of the kind that NPS writes.", field=name)
        whole[name] = completed(zero, value) if isinstance(zero, dict) else value
    return whole
