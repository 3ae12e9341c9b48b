/*
 * Frames of deliveries; see notify_frame.h.
 */
#include "hub/notify_frame.h"

#include "protocol/wire.h"

void
notify_frame_job_write(struct buf *b, const struct notify_frame_job *j)
{
	write_u64(b, j->delivery);
	write_u8(b, (uint8_t)j->event);
	write_u64(b, (uint64_t)j->give_up);
	write_span(b, j->receiver);
	write_span(b, j->notice);
}

bool
notify_frame_job_read(struct notify_frame_job *j, struct span body)
{
	struct reader r = reader_of(body);

	j->delivery = read_u64(&r);
	j->event = (enum alert_event)read_u8(&r);
	j->give_up = (int64_t)read_u64(&r);
	j->receiver = read_span(&r);
	j->notice = read_span(&r);
	return reader_done(&r) && j->event < ALERT_EVENTS &&
	    j->receiver.n > 0 && j->receiver.n <= ALERT_NAME;
}

void
notify_frame_done_write(struct buf *b, const struct notify_frame_done *d)
{
	write_u64(b, d->delivery);
	write_u8(b, (uint8_t)d->state);
	write_span(b, d->error);
}

bool
notify_frame_done_read(struct notify_frame_done *d, struct span body)
{
	struct reader r = reader_of(body);

	d->delivery = read_u64(&r);
	d->state = (enum delivery_state)read_u8(&r);
	d->error = read_span(&r);
	return reader_done(&r) && d->state > DELIVERY_INTENDED &&
	    d->state < DELIVERY_STATES;
}
