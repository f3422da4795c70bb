# SPDX-License-Identifier: GPL-2.0-only
"""Reads workflows as those who run them do.

workflows.py gitlab SCHEMA CHILD PARENT TEMPLATES
    the three files keep to the schema, and what they name is there
workflows.py step FILE NAME
    prints the script of that step of a GitHub workflow, or of that job of GitLab's
workflows.py shard FILE
    prints the targets that make is given by the job that runs a shard
workflows.py matrix
    reads what `plan --format github` prints, as fromJSON() and strategy.matrix do; prints its shards
"""

import json
import sys

import yaml


def fail(message):
    print(message)
    sys.exit(1)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def jobs_of(pipeline):
    words = ("stages", "variables", "include", "workflow", "default", "image", "cache")
    return {name: job for name, job in pipeline.items() if name not in words}


def with_extends(jobs, name):
    job = dict(jobs[name])
    parent = job.pop("extends", None)
    if parent is None:
        return job
    if parent not in jobs:
        fail(f"{name} extends {parent}, which is nowhere")
    return {**with_extends(jobs, parent), **job}


def gitlab(schema_path, child_path, parent_path, templates_path):
    import jsonschema

    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    for path in (child_path, parent_path, templates_path):
        for error in jsonschema.Draft7Validator(schema).iter_errors(load(path)):
            fail(f"{path}: {list(error.path)}: {error.message}")
    child, parent, templates = load(child_path), load(parent_path), load(templates_path)
    if [entry["local"] for entry in child["include"]] != ["docs/ci/gitlab-shard.yml"]:
        fail(f"it includes {child['include']}")
    jobs = {**jobs_of(templates), **jobs_of(child)}
    for name in jobs_of(child):
        job = with_extends(jobs, name)
        if job["stage"] not in child["stages"]:
            fail(f"{name}: no stage {job['stage']}")
        if not job.get("script"):
            fail(f"{name}: no script")
    artifact = parent["cells"]["trigger"]["include"][0]
    if artifact["artifact"] not in parent[artifact["job"]]["artifacts"]["paths"]:
        fail(f"{artifact['job']} leaves no {artifact['artifact']}")
    # the child finds the plan by a variable that its parent gives it
    needs = jobs[".btfmatrix-shard"]["needs"][0]
    if needs["pipeline"].lstrip("$") not in parent["cells"]["variables"]:
        fail(f"nobody sets {needs['pipeline']}")


def step(path, name):
    workflow = load(path)
    if "jobs" in workflow:
        scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"]
                   if step.get("name") == name]
        print(scripts[0])
    else:
        print("\n".join(workflow[name]["script"]))


def shard(path):
    workflow = load(path)
    if "jobs" in workflow:
        lines = [step.get("run", "") for step in workflow["jobs"]["shard"]["steps"]]
    else:
        job = with_extends(workflow, ".btfmatrix-shard")
        lines = job["before_script"] + job["script"]
    for line in lines:
        if line.startswith("make "):
            print(line.removeprefix("make "))


def matrix():
    text = sys.stdin.read()
    if text.count("\n") != 1:
        fail("not one line, which a job's output must be")
    for entry in json.loads(text)["include"]:
        if not all(isinstance(value, (str, int)) for value in entry.values()):
            fail(f"{entry}: not plain values")
        print(entry["shard"])


if __name__ == "__main__":
    {"gitlab": gitlab, "shard": shard, "step": step, "matrix": matrix}[sys.argv[1]](*sys.argv[2:])
