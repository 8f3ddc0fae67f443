// Port: where plugins' calls to their host arrive. The engine fills it, the registry lends it.
#pragma once

#include <weft/host.h>

namespace weft::plugin {

// One per kernel, alive as long as any plugin. A null function is UNSUPPORTED for the plugin.
struct Port {
  void* self = nullptr;
  WEFT_FN(weft_status, complete, void* self, weft_op op, weft_status status, weft_val result,
          const weft_error* err) = nullptr;
  WEFT_FN(weft_status, complete_doc, void* self, weft_op op, weft_doc* result) = nullptr;
  WEFT_FN(weft_status, emit, void* self, weft_op op, weft_val part) = nullptr;
  WEFT_FN(weft_status, post, void* self, void(WEFT_CC* fn)(void*), void* arg,
          uint32_t lane) = nullptr;
  WEFT_FN(void, log, void* self, weft_str component, uint32_t level, weft_str msg,
          weft_val fields) = nullptr;
  // The grants of a running call, as {fs, net, env, exec}; null when the token is not open.
  WEFT_FN(weft_val, grants, void* self, weft_op op) = nullptr;
  uint32_t log_mask = 0;
};

}  // namespace weft::plugin
