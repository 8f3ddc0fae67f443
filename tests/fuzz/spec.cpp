// Definitions: whatever parses as JSON is planned or refused with places, never both, and a
// canonical definition plans to itself.
#include "../support/catalog.hpp"
#include "base/compare.hpp"
#include "base/doc.hpp"
#include "base/json.hpp"
#include "base/pack.hpp"
#include "fuzz.hpp"
#include "plan/build.hpp"
#include "plan/explain.hpp"

using weft::fuzz::claim;
using namespace weft;

std::vector<std::string> weft::fuzz::seeds() {
  return {
      R"({"id":"x","name":"n","version":"1","tags":["t"],"timeout":"5m","limits":{"steps":9},)"
      R"("input_schema":{"properties":{"n":{"type":"string"}}},"policy":{"fs":{"read":["a"]}},)"
      R"("steps":[{"id":"a","tool":"upper","input":"{{n}}","retry":{"max_attempts":2}},)"
      R"({"id":"b","tool":"sql","args":{"query":"q","operation":"query"},"depends_on":["a"]}]})",
      R"({"id":"x","type":"conditional","initial_step":"a","steps":{"a":{"tool":"send",)"
      R"("branches":[{"condition":"result.ok","next_step":"b"}]},"b":{"tool":"send"}}})",
      R"({"id":"x","type":"loop","for":"$input.l","body":{"type":"chain","steps":[{"id":"c",)"
      R"("tool":"upper","input":"y"},{"id":"d","tool":"upper","if":"loop.index > 1"}]}})",
      R"({"id":"x","error_strategy":"continue","/chain":{"steps":[{"name":"a","tool":"uppercase",)"
      R"("input":"x","on_error":"Continue"}],"optimization":{"error_strategy":"fail"}}})",
      R"({"id":"x","input_schema":{"type":"object","anyOf":[{"minimum":1},{"pattern":"^a$"}]},)"
      R"("steps":[{"id":"p","steps":[{"id":"q","tool":"send","reads":["r"],"writes":"w"}]}]})",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  base::Blocks blocks;
  const auto value = base::parse_json({reinterpret_cast<const char*>(bytes), size}, blocks.arena());
  if (!value) return 0;
  tests::FakeCatalog catalog;
  const plan::Built built = plan::build(plan::Source(base::pack(*value)), catalog.get());
  claim((built.plan == nullptr) == !built.problems.empty(),
        "there is a plan or there are problems");
  for (const Error& error : built.problems) {
    claim(!error.code.empty() && !error.message.empty(), "a problem has a code and a message");
  }
  if (built.plan == nullptr) return 0;
  claim(!plan::explain(*built.plan).empty(), "a plan explains itself");
  claim(!plan::mermaid(*built.plan).empty(), "a plan has a picture");
  const plan::Built again =
      plan::build(plan::Source(base::pack(built.plan->definition)), catalog.get());
  claim(again.plan != nullptr, "a canonical definition is a definition");
  claim(again.plan->hash == built.plan->hash, "a canonical definition plans to itself");
  return 0;
}
