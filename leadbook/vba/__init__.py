"""VBA projects written from source text: the bytes of ``vbaProject.bin`` ([MS-OVBA], [MS-CFB])."""

from leadbook.vba.project import vba_project

__all__ = ["vba_project"]
