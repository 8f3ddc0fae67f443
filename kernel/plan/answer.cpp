// What a pattern answers when it is given a block: its plan, and what is wrong or worth a note.
#include <algorithm>

#include "base/limits.hpp"
#include "base/path.hpp"
#include "plan/compile.hpp"

namespace weft::plan {

using namespace lit;

void BlockCompiler::compile(uint32_t number, spec::Known known) {
  known_ = known;
  if (known == spec::Known::nothing) return;
  const spec::Block& block = spec_.blocks[number];
  const spec::BoundPattern bound = plan_.bound[plan_.blocks[first_block_ + number].pattern];
  weft_val made{};
  weft_error error{};
  error.size = sizeof error;
  const Value described = describe(number);
  const weft_status status =
      bound.table == nullptr || bound.table->compile == nullptr
          ? WEFT_UNSUPPORTED
          : bound.table->compile(bound.self, described.raw(), plan_.made.raw(), &made, &error);
  if (status != WEFT_OK) {
    if (known != spec::Known::all) return;
    const size_t size = std::min<size_t>(error.msg_len, sizeof error.msg);
    std::string message(error.msg, size);
    if (message.empty()) message = "the pattern cannot compile this block";
    findings_.problems.push_back({block.at, {}, "plan.rejected", std::move(message), {}});
    return;
  }
  read_answer(number, Value(made));
}

void BlockCompiler::read_answer(uint32_t number, Value answer) {
  const spec::Block& block = spec_.blocks[number];
  Block& made = plan_.blocks[first_block_ + number];
  made.compiled = answer["plan"_k];
  made.lanes = static_cast<uint32_t>(answer["lanes"_k].as_u64(1));
  for (const Value node : answer["spared"_k]) {
    if (node.as_u64(made.count) >= made.count) continue;
    Node& spared = plan_.nodes[made.first + node.as_u64()];
    if (spared.on_error == OnError::fail) spared.on_error = OnError::proceed;
    spared.is_spared = true;
  }
  const Value branches = answer["branches"_k];
  for (uint32_t n = 0; n < branches.size() && n < made.count; ++n) {
    const uint64_t branch = branches[n].as_u64(none);
    if (branch >= made.count) continue;  // it is in none
    plan_.nodes[made.first + n].branch = static_cast<uint32_t>(branch);
    made.isolates = true;
  }
  // Where something is wrong already, only what does not follow from it is told.
  const auto is_told = [this](Value one) {
    return known_ == spec::Known::all || one["certain"_k].as_bool();
  };
  for (const Value note : answer["notes"_k]) {
    if (is_told(note)) findings_.warnings.push_back(read_problem(block, note));
  }
  for (const Value problem : answer["problems"_k]) {
    if (is_told(problem)) findings_.problems.push_back(read_problem(block, problem));
  }
  if (known_ != spec::Known::all) return;
  if (made.lanes >= 1 && made.lanes <= base::limits::lanes) return;
  findings_.problems.push_back(
      {block.at, {}, "plan.rejected", "the pattern asks for too many lanes", {}});
}

// The pointer goes through the value that the pattern was given: lists where a map was written, and
// canonical names where aliases were.
spec::Problem BlockCompiler::read_problem(const spec::Block& block, Value problem) const {
  spec::Problem found{block.at,
                      {},
                      std::string(problem["code"_k].as_text("plan.rejected")),
                      std::string(problem["message"_k].as_text("the pattern refuses this block")),
                      std::string(problem["hint"_k].as_text())};
  const auto segments = base::split_pointer(problem["pointer"_k].as_text());
  const spec::Rule* rule = &spec_.forms[block.form].schema->root();
  bool is_known = static_cast<bool>(segments);
  for (size_t i = 0; is_known && i < segments->size(); ++i) {
    const std::string& segment = (*segments)[i];
    Value below = base::child(found.at, segment);
    const bool is_number =
        !segment.empty() && segment.size() < 9 &&
        std::all_of(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; });
    for (uint32_t k = 0; rule != nullptr && !below.exists() && k < found.at.size(); ++k) {
      if (!found.at.is_object()) break;
      const spec::Name* name = rule->find(weft_key_at(found.at.slot(), k));
      if (name != nullptr && rule->properties[name->property].key.view() == segment) {
        below = found.at[k];
      }
    }
    if (!below.exists() && is_number && found.at.is_object()) {
      const auto index = static_cast<uint32_t>(std::stoul(segment));
      below = i > 0 && !found.at["tool"_k].exists() && !found.at["type"_k].exists()
                  ? found.at[index]
                  : found.at;
    }
    is_known = below.exists();
    if (!is_known) break;
    found.at = below;
    rule = nullptr;
  }
  return found;
}

}  // namespace weft::plan
