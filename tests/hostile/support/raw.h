/* raw.h - the plain parts of a plugin written without the SDK in C. */
#ifndef WEFT_HOSTILE_RAW_H
#define WEFT_HOSTILE_RAW_H

#include <weft/tool.h>
#include <weft/weft.h>

extern const unsigned char weft_manifest_v1[];

#define RAW_STR(text) {text, sizeof(text) - 1}

static weft_status raw_create(const weft_host* host, weft_val config, void** self,
                              weft_error* err) {
  (void)config;
  (void)err;
  *self = (void*)(uintptr_t)host;
  return WEFT_OK;
}

static void raw_destroy(void* self) { (void)self; }

/* A tool that answers its arguments. */
static inline weft_status raw_echo(void* self, const weft_call* call, weft_out* out) {
  (void)self;
  out->val = call->args;
  return WEFT_OK;
}

/* The functions around one tool table. */
#define RAW_TOOL(name, table)                                                        \
  static const void* raw_iface(void* self, weft_str id) {                            \
    (void)self;                                                                      \
    return id.n == sizeof(WEFT_TOOL_ID) - 1 && memcmp(id.p, WEFT_TOOL_ID, id.n) == 0 \
               ? (const void*)&(table)                                               \
               : NULL;                                                               \
  }                                                                                  \
  static const weft_component raw_component = {sizeof(weft_component),               \
                                               0,                                    \
                                               RAW_STR(name),                        \
                                               RAW_STR("tool"),                      \
                                               raw_create,                           \
                                               NULL,                                 \
                                               raw_destroy,                          \
                                               raw_iface};                           \
  static const weft_component* raw_component_at(uint32_t index) {                    \
    return index == 0 ? &raw_component : NULL;                                       \
  }

#define RAW_PLUGIN(init)                                                              \
  {WEFT_MAGIC_V1, sizeof(weft_plugin), WEFT_HOST_MINOR, 0, 0, weft_manifest_v1, init, \
   NULL,          raw_component_at}

#endif
