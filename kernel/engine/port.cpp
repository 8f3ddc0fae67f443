// Where the calls of plugins arrive, on any thread.
#include <algorithm>
#include <cstring>

#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

struct EnginePort {
  static Engine& of(void* self) { return *static_cast<Engine*>(self); }

  static void post_answer(Engine& engine, weft_op op) {
    Posted posted;
    posted.kind = Posted::Kind::answer;
    posted.op = op;
    engine.inbox_.post(std::move(posted));
  }

  // The call of a token, claimed for whoever asks; null when somebody was first.
  static Call* claim(Engine& engine, weft_op op) {
    Call* call = engine.calls_.find(op);
    if (call == nullptr) {
      engine.calls_.stray.fetch_add(1, std::memory_order_relaxed);
      return nullptr;
    }
    return engine.calls_.claim(*call, op) ? call : nullptr;
  }

  static weft_status complete(void* self, weft_op op, weft_status status, weft_val result,
                              const weft_error* error) noexcept {
    Engine& engine = of(self);
    if ((op & journal::store_op) != 0) return engine.store_->completed(status, result, error);
    Call* call = claim(engine, op);
    if (call == nullptr) return WEFT_NOT_FOUND;
    call->status = status;
    call->out.val = result;
    if (error != nullptr) {
      std::memcpy(&call->error, error, std::min<size_t>(error->size, sizeof call->error));
    }
    post_answer(engine, op);
    return WEFT_OK;
  }

  static weft_status complete_doc(void* self, weft_op op, weft_doc* result) noexcept {
    Engine& engine = of(self);
    Call* call = claim(engine, op);
    if (call == nullptr) {
      if (result->release != nullptr) result->release(result);
      return WEFT_NOT_FOUND;
    }
    call->status = WEFT_OK;
    call->doc = *result;
    post_answer(engine, op);
    return WEFT_OK;
  }

  static weft_status emit(void* self, weft_op op, weft_val part) noexcept {
    Engine& engine = of(self);
    if ((op & journal::store_op) != 0) return engine.store_->emitted(part);
    return engine.calls_.find(op) != nullptr ? WEFT_OK : WEFT_NOT_FOUND;
  }

  static weft_status post(void* self, void(WEFT_CC* fn)(void*), void* arg, uint32_t) noexcept {
    const Env& env = of(self).env_;
    return env.hand_off(env.self, fn, arg) ? WEFT_OK : WEFT_BUSY;
  }

  // Written when the run began and kept while its call is open.
  static weft_val grants(void* self, weft_op op) noexcept {
    const Engine& engine = of(self);
    const Call* call = engine.calls_.find(op);
    return call != nullptr ? call->grants : weft_val{nullptr, 0};
  }
};

void Engine::connect(Engine& engine, plugin::Port& port) {
  port.self = &engine;
  port.complete = EnginePort::complete;
  port.complete_doc = EnginePort::complete_doc;
  port.emit = EnginePort::emit;
  port.post = EnginePort::post;
  port.grants = EnginePort::grants;
}

}  // namespace weft::engine
