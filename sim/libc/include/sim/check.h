/* For programs that `sim check` explores. On another computer they do nothing (choose: 0). */
#ifndef _SIM_CHECK_H
#define _SIM_CHECK_H

/* Any of 0 … n-1: the checker tries them all. */
int sim_choose(int n);

/* Records one outcome of this run, formatted as by printf; the checker lists all that occur. */
void sim_outcome(const char *format, ...);

/* Something useful has happened: a loop with this in it is no livelock. */
void sim_progress(void);

/* The condition should be true at some time in some interleaving. */
void sim_sometimes(int condition, const char *name);

/* The function must return non-zero in every state the checker sees. */
void sim_invariant(int (*holds)(void));

#endif
