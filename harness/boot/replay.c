// SPDX-License-Identifier: GPL-2.0-only
#include "boot/replay.h"

#include "core/fileio.h"

struct frame_decoder *boot_choose_decoder(struct frame_decoder *from_channel,
					  struct frame_decoder *from_console)
{
	if (frame_decoder_ended(from_channel) || !frame_decoder_started(from_console))
		return from_channel;
	if (frame_decoder_ended(from_console) || !frame_decoder_started(from_channel))
		return from_console;
	return from_channel;
}

static struct error *feed_file(struct frame_decoder *decoder, const char *path)
{
	struct mapped_file file;
	struct error *err = mapped_file_open(path, &file);

	if (err)
		return err;
	if (file.len)
		frame_decoder_feed(decoder, (const char *)file.data, file.len);
	mapped_file_close(&file);
	return NULL;
}

struct error *boot_replay(const char *channel, const char *console_log, const char *nonce,
			  struct guest_report **ret)
{
	struct frame_decoder *from_channel = frame_decoder_new(nonce);
	struct frame_decoder *from_console = frame_decoder_new(nonce);
	struct error *err = feed_file(from_channel, channel);

	if (!err)
		err = feed_file(from_console, console_log);
	if (!err)
		err = frame_decoder_finish(boot_choose_decoder(from_channel, from_console), ret);
	if (err && *ret) {
		guest_report_free(*ret);
		*ret = NULL;
	}
	frame_decoder_free(from_channel);
	frame_decoder_free(from_console);
	return err;
}
