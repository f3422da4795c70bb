// SPDX-License-Identifier: GPL-2.0-only
/* A child whose output is the probe's. */
#include <string.h>

#include "boot/frame.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "probe/protocol.h"
#include "target/ops.h"
#include "target/ssh_failure.h"

enum {
	/* beyond is no probe, and would fill the disk */
	OUTPUT_MAX = 256 << 20,
	SAID_MAX = 300,
};

struct listener {
	struct frame_decoder *decoder;
	size_t total;
	/* the line being gathered, and the last whole one that is no frame */
	struct strbuf line;
	char said[SAID_MAX];
};

static void take_line(struct listener *listener)
{
	const char *text = strbuf_str(&listener->line);

	if (*text && !strstr(text, PROTOCOL_MAGIC))
		snprintf(listener->said, sizeof(listener->said), "%s", text);
	strbuf_reset(&listener->line);
}

static enum proc_action on_output(struct proc *proc, const char *data, size_t len)
{
	struct listener *listener = proc->user;

	frame_decoder_feed(listener->decoder, data, len);
	listener->total += len;
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n' || data[i] == '\r')
			take_line(listener);
		else if (listener->line.len < SAID_MAX)
			strbuf_addc(&listener->line, data[i]);
	}
	return listener->total > OUTPUT_MAX ? PROC_STOP : PROC_CONTINUE;
}

static struct error *judge(struct listener *listener, const struct proc *proc, const char *what,
			   struct guest_report **report_ret)
{
	const char *colon = *listener->said ? ": " : "";
	struct error *err = frame_decoder_finish(listener->decoder, report_ret);

	if (!err)
		return NULL;
	if (!proc->stopped && !frame_decoder_started(listener->decoder)) {
		_cleanup_free_ char *why = ssh_failure_explain(listener->said, proc->exit_code);

		error_free(err);
		return proc->term_signal ? error_new(ERROR_CHILD, "signal %d ended %s%s%s",
						     proc->term_signal, what, colon, listener->said)
					 : error_new(ERROR_CHILD,
						     "%s ended with status %d and sent nothing: %s",
						     what, proc->exit_code, why);
	}
	if (listener->total > OUTPUT_MAX)
		err = error_wrap(err, "it was stopped after %d MiB", OUTPUT_MAX >> 20);
	return error_wrap(err, "%s%s%s", what, colon, listener->said);
}

struct error *probe_command(const char *const *argv, const struct probe_run *run,
			    const char *log_path, struct guest_report **report_ret)
{
	_cleanup_(frame_decoder_cleanup) struct frame_decoder *decoder =
		frame_decoder_new(run->nonce);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct listener listener = { .decoder = decoder };
	struct error *err;

	*report_ret = NULL;
	proc.argv = argv;
	proc.log_path = log_path;
	proc.deadline_s = run->deadline_s;
	proc.on_output = on_output;
	proc.user = &listener;
	err = proc_run(&proc);
	if (!err) {
		take_line(&listener);
		err = judge(&listener, &proc, "the probe", report_ret);
	}
	strbuf_release(&listener.line);
	return err;
}
