"""The report: one self-contained HTML file. ``page`` builds it, ``plots`` draws; style and script are assets."""

from eval.report.page import report_page, write_report

__all__ = ["report_page", "write_report"]
