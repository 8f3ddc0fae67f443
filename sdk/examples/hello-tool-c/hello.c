/* A tool in plain C11: it greets, with the answer built by hand in the arena of the call. */
#include <weft/weft.h>

extern const weft_manifest weft_manifest_v1; /* embedded by weft_add_plugin */

static weft_status start(void* self, const weft_call* call, weft_out* out) {
  const weft_host* host = self;
  weft_arena* arena = call->arena;
  const weft_slot* said = weft_find(call->args.root, "name", 4, weft_hint("name", 4));
  weft_str name = weft_as_str(said != 0 && said->tag == WEFT_STR ? said : 0);
  uint64_t len = 8 + name.n, need = (sizeof(weft_slot) + len + 8) & ~7ull;
  int fits = (uint64_t)(arena->end - arena->cur) >= need;
  weft_slot* slot = fits ? (void*)arena->cur : host->arena_grow(host->h, arena, need);
  if (slot == 0) return WEFT_NO_MEMORY;
  if (fits) arena->cur += need;
  char* text = memcpy(slot + 1, "hello, ", 7);
  if (name.n != 0) memcpy(text + 7, name.p, name.n);
  memcpy(text + len - 1, "!", 2);
  *slot = (weft_slot){.tag = WEFT_STR, .len = (uint32_t)len, .v.rel = sizeof *slot};
  slot->hint = weft_hint(text, len);
  out->val.root = slot;
  return WEFT_OK;
}
static const weft_tool tool = {sizeof tool, 0, start, 0};
static weft_status create(const weft_host* host, weft_val config, void** self, weft_error* err) {
  return (void)config, (void)err, *self = (void*)host, WEFT_OK;
}
static void destroy(void* self) { (void)self; }
static const void* iface(void* self, weft_str id) {
  return (void)self, id.n == 11 && memcmp(id.p, WEFT_TOOL_ID, 11) == 0 ? &tool : 0;
}
static const weft_component hello = {sizeof hello, 0, {"hello_c", 7}, {"tool", 4},
                                     create,       0, destroy,        iface};

static weft_status init(const weft_host* host, weft_error* err) { return (void)host, (void)err, 0; }
static const weft_component* component(uint32_t i) { return i == 0 ? &hello : 0; }
const weft_plugin weft_plugin_v1 = {
    WEFT_MAGIC_V1, sizeof(weft_plugin), 0, 0, 0, &weft_manifest_v1, init, 0, component};
