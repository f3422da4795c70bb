# SPDX-License-Identifier: GPL-2.0-only
"""Reads reports as their users' tools do. Exit status 0: all is as it should be.

readers.py json SCHEMA REPORT [--spoil]
readers.py junit REPORT JSON
readers.py ktap KUNIT_DIR REPORT JSON
"""

import json
import sys


def fail(message):
    print(message)
    sys.exit(1)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def same(what, got, wanted):
    if got != wanted:
        fail(f"{what}: {got!r} where {wanted!r} should be")


def read_json(schema_path, path, spoil=None):
    import jsonschema

    schema, report = load(schema_path), load(path)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    if spoil:
        report["cells"][0]["unlisted"] = 1
    for error in validator(schema).iter_errors(report):
        fail(f"{list(error.path)}: {error.message}")
    # what a schema cannot say
    for cell in report["cells"]:
        for member, table in (("layout", "layouts"), ("config", "configs")):
            if cell[member] is not None and cell[member] not in report[table]:
                fail(f"{cell['name']}: its {member} is not in {table}")
        same(cell["name"], cell["nr_new"], sum(f["new"] for f in cell["findings"]))


def is_bad(cell):
    boot_failed = cell["booted"] and cell["boot_verdict"] != "ok"
    return cell["nr_new"] > 0 or cell["verdict"] == "error" or boot_failed


def read_junit(path, json_path):
    import junitparser

    report = load(json_path)
    suites = list(junitparser.JUnitXml.fromfile(path))
    same("suites", [suite.name for suite in suites], [cell["name"] for cell in report["cells"]])
    for suite, cell in zip(suites, report["cells"]):
        declared = (suite.tests, suite.failures, suite.errors, suite.skipped)
        cases = list(suite)
        suite.update_statistics()
        counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
        same(f"{cell['name']}: counts", declared, counted)
        same(f"{cell['name']}: bad", suite.failures + suite.errors > 0, is_bad(cell))
        names = [case.name for case in cases]
        same(f"{cell['name']}: each case once", len(names), len(set(names)))
        for check in cell["checks"]:
            if check["id"] not in names:
                fail(f"{cell['name']}: no case {check['id']}")
        text = "".join(result.text or "" for case in cases for result in case.result)
        for finding in cell["findings"]:
            # other names are shown with numbers for what XML cannot hold
            plain = finding["variable"].isascii() and finding["variable"].isprintable()
            if finding["new"] and plain and finding["variable"] not in text:
                fail(f"{cell['name']}: no finding about {finding['variable']!r}")
    hostile = [s for s in suites if any("<script>alert(1)</script>" in (r.text or "")
                                        for c in s for r in c.result)]
    if not hostile:
        fail("no name with markup came through as it is")


def read_ktap(kunit_dir, path, json_path):
    sys.path.insert(0, kunit_dir)
    # newer ones are told where to print, older ones print as they like: that is not what is tested
    stdout, sys.stdout = sys.stdout, open("/dev/null", "w", encoding="utf-8")
    import kunit_parser

    report = load(json_path)
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    code = kunit_parser.parse_run_tests.__code__
    try:
        if code.co_argcount > 1:
            import kunit_printer
            result = kunit_parser.parse_run_tests(lines, kunit_printer.Printer())
        else:
            result = kunit_parser.parse_run_tests(lines)
    finally:
        sys.stdout = stdout
    same("cells", [test.name for test in result.subtests], [c["name"] for c in report["cells"]])
    same("errors of the parser", result.counts.errors, 0)
    same("crashed", result.counts.crashed, 0)
    for test, cell in zip(result.subtests, report["cells"]):
        failed = [sub.name for sub in test.subtests if sub.status.name == "FAILURE"]
        same(f"{cell['name']}: bad", bool(failed), is_bad(cell))
        same(f"{cell['name']}: status", test.status.name == "FAILURE", is_bad(cell))
        names = [sub.name for sub in test.subtests]
        for check in cell["checks"]:
            if check["id"] not in names:
                fail(f"{cell['name']}: no test {check['id']}")
            skipped = test.subtests[names.index(check["id"])].status.name == "SKIPPED"
            same(f"{cell['name']}: {check['id']} skipped", skipped, check["state"] == "skipped")


if __name__ == "__main__":
    {"json": read_json, "junit": read_junit, "ktap": read_ktap}[sys.argv[1]](*sys.argv[2:])
