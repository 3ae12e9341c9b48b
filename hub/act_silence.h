/*
 * The acts of silences, as alert.h lists them (alert-silence, alert-unsilence):
 * their rules, as in act.c.
 */
#ifndef ZQ_HUB_ACT_SILENCE_H
#define ZQ_HUB_ACT_SILENCE_H

#include "hub/act_read.h"

act_read_fn act_silence_begin, act_silence_end;

#endif
