/* weft/kernel.h - weft for programs in C that embed it; kernel.hpp says more about each function.
 *
 * Values are borrowed for the call. Texts that are returned live until weft_text_free. An error is
 * allocated by the caller, as in weft/host.h. Functions may be called from any thread; whoever
 * waits for a run does its work on the waiting thread. */
#ifndef WEFT_KERNEL_H
#define WEFT_KERNEL_H

#include <weft/draft/sink.h>
#include <weft/host.h>

WEFT_BEGIN

typedef struct weft_kernel weft_kernel;
typedef struct weft_workflow weft_workflow;

typedef struct weft_kernel_options {
  uint32_t size;
  uint32_t threads;           /* for tools that may block; 0 starts none */
  const char* const* plugins; /* folders */
  uint32_t plugin_count;
  const char* store;         /* URL; null is memory: */
  const weft_sink* observer; /* may be null */
  void* observer_self;
} weft_kernel_options;

/* How a run ended, in the numbers of weft::RunState. */
#define WEFT_RUN_WAITING 3u
#define WEFT_RUN_COMPLETED 4u
#define WEFT_RUN_PARTIALLY_COMPLETED 5u
#define WEFT_RUN_FAILED 6u
#define WEFT_RUN_CANCELLED 7u
#define WEFT_RUN_COMPENSATING 8u

typedef struct weft_outcome {
  uint32_t size;
  uint32_t state;
  char* run;    /* id */
  char* result; /* JSON of the result, error or reason */
} weft_outcome;

/* Makes a kernel. OK; FAILED and others with err filled. */
weft_status weft_kernel_create(const weft_kernel_options* options, weft_kernel** kernel,
                               weft_error* err) WEFT_NOEXCEPT;
void weft_kernel_destroy(weft_kernel* kernel) WEFT_NOEXCEPT;

/* Reads a definition. BAD_INPUT with the first problem in err and all of them, one per line, in
 * *problems, which may be null and is the caller's to free. */
weft_status weft_kernel_load(weft_kernel* kernel, weft_str text, const char* file,
                             weft_workflow** workflow, char** problems,
                             weft_error* err) WEFT_NOEXCEPT;
void weft_workflow_free(weft_workflow* workflow) WEFT_NOEXCEPT;

/* Accepts a run with a JSON input, which may be empty; *run is its id. */
weft_status weft_kernel_start(weft_kernel* kernel, const weft_workflow* workflow, weft_str input,
                              char** run, weft_error* err) WEFT_NOEXCEPT;
/* Waits at most timeout_ns; TIMEOUT when that is not enough. The texts are the caller's to free. */
weft_status weft_kernel_wait(weft_kernel* kernel, const char* run, int64_t timeout_ns,
                             weft_outcome* outcome, weft_error* err) WEFT_NOEXCEPT;
/* Goes on with a run of the store that no live process owns, and waits for it. */
weft_status weft_kernel_resume(weft_kernel* kernel, const char* run, weft_outcome* outcome,
                               weft_error* err) WEFT_NOEXCEPT;
weft_status weft_kernel_cancel(weft_kernel* kernel, const char* run, const char* reason,
                               weft_error* err) WEFT_NOEXCEPT;
/* Sends a run a message in JSON, such as {"verb": "signal", "name": "paid"}, wherever it is. */
weft_status weft_kernel_send(weft_kernel* kernel, const char* run, weft_str message,
                             weft_error* err) WEFT_NOEXCEPT;
/* Summaries of the runs of the store as JSON, latest first. */
weft_status weft_kernel_list(weft_kernel* kernel, uint32_t most, char** json,
                             weft_error* err) WEFT_NOEXCEPT;

/* One turn, for hosts that own the loop; 0 when there was nothing to do. */
int32_t weft_kernel_turn(weft_kernel* kernel) WEFT_NOEXCEPT;

void weft_text_free(char* text) WEFT_NOEXCEPT;

WEFT_END
#endif
