// pattern.loop: a body again and again. Which iteration is where stands in the node table, in which
// each iteration has a lane of its own for as long as it is among the latest.
#include <weft/sdk.hpp>

#include "form.hpp"
#include "walk.hpp"

using weft::Result;
using weft::Value;

struct Loop {
  static constexpr std::string_view id = "loop";
  using Cache = loop::Walk;

  Result<Value> compile(Value block, weft::Builder& out) { return loop::compile(block, out); }

  Result<loop::Walk> open(const weft::sdk::Frame& frame) {
    loop::Walk walk(loop::read(frame.plan()));
    walk.recall(frame);
    return walk;
  }

  Result<void> step(loop::Walk& walk, const weft::sdk::Frame& frame,
                    std::span<const weft_fact> facts, weft::sdk::Commands& commands) {
    walk.step(facts, frame, commands);
    return {};
  }
};

WEFT_PLUGIN(Loop);
