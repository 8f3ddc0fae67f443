/* weft/plugin.h - what a shared library exports: one constant named weft_plugin_v1.
 *
 * Life: the manifest is read without loading; on first use the library is loaded and init called;
 * component() lists what is inside; create() makes an instance per kernel; iface() gives its
 * tables; stop() drains it and destroy() ends it; fini() comes last. Libraries are never unloaded.
 */
#ifndef WEFT_PLUGIN_H
#define WEFT_PLUGIN_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_MAGIC_V1 0x3130544645570001ull
#define WEFT_HOST_MINOR 0u /* the minor of these headers; a plugin states the minor it needs */

/* Before the manifest in the section .weft. check is the first four bytes of its SHA-256. */
#define WEFT_MANIFEST_MAGIC 0x4e414d5446455701ull
typedef struct weft_manifest {
  uint64_t magic;
  uint32_t bytes;
  uint8_t check[4];
  /* bytes of JSON follow */
} weft_manifest;

typedef struct weft_component {
  uint32_t size, flags; /* no flags yet */
  weft_str id;          /* as in the manifest */
  weft_str kind;        /* tool pattern store hook sink format model stage */
  /* Makes an instance. host is valid until destroy, config is B, *self is the plugin's own.
   * OK; BAD_INPUT; FAILED. [ctl] */
  WEFT_FN(weft_status, create, const weft_host* host, weft_val config, void** self,
          weft_error* err);
  /* Drains: completes when no thread of the plugin touches self any more. May be null.
   * OK; PENDING. [ctl] */
  WEFT_FN(weft_status, stop, void* self, const weft_call* call, weft_out* out);
  /* Ends an instance after stop. [ctl] */
  WEFT_FN(void, destroy, void* self);
  /* A table by id, such as "weft.tool/1"; null when there is none. The host asks once. [any] */
  WEFT_FN(const void*, iface, void* self, weft_str id);
} weft_component;

typedef struct weft_plugin {
  uint64_t magic; /* WEFT_MAGIC_V1 */
  uint32_t size;
  uint32_t minor;          /* of the headers it was built with; a diagnostic */
  uint32_t min_host_minor; /* the lowest host it can live in; the only gate */
  uint32_t flags;          /* none yet */
  const void* manifest;    /* the same bytes that the file carries in its section .weft */
  /* Once per process, at most 50 ms. OK; FAILED. [init] */
  WEFT_FN(weft_status, init, const weft_host* host, weft_error* err);
  /* Once, after the last destroy. May be null. [init] */
  WEFT_FN(void, fini, void);
  /* The component of this number; null after the last. Lives as long as the process. [any] */
  WEFT_FN(const weft_component*, component, uint32_t index);
} weft_plugin;

extern WEFT_EXPORT const weft_plugin weft_plugin_v1;
WEFT_END
#endif
