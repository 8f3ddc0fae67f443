// Which runs a list shows, and which the store may forget.
#include <weft/kernel.hpp>

#include <algorithm>
#include <vector>

#include "base/limits.hpp"
#include "kernel_rooms.hpp"

namespace weft {

using namespace weft::lit;

namespace {

bool has_tag(Value run, std::string_view tag) {
  for (const Value one : run["tags"_k]) {
    if (one.as_text() == tag) return true;
  }
  return false;
}

bool fits(Value run, const RunFilter& filter) {
  const auto same = [&](Key field, std::string_view wanted) {
    return wanted.empty() || run[field].as_text() == wanted;
  };
  const int64_t created = run["created_ns"_k].as_i64();
  return same("status"_k, filter.status) && same("workflow"_k, filter.workflow) &&
         created >= filter.since_ns && created < filter.until_ns &&
         (filter.tag.empty() || has_tag(run, filter.tag));
}

bool has_ended(Value run) {
  static constexpr std::string_view ends[] = {"completed", "partially_completed", "failed",
                                              "cancelled"};
  const std::string_view status = run["status"_k].as_text();
  return std::find(std::begin(ends), std::end(ends), status) != std::end(ends);
}

weft_sop forgetting(std::string_view run) {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = WEFT_SOP_FORGET;
  op.key = to_str(run);
  return op;
}

}  // namespace

Result<Document> Kernel::list(const RunFilter& filter) {
  auto found = rooms_->store->scan("run/", {}, 0);
  if (!found) return found.error();
  // Keys sort by time, and the latest is what people look for.
  base::Blocks blocks;
  Builder b(blocks.arena());
  const Value all = found->view();
  uint32_t taken = 0;
  b.begin_array();
  for (uint32_t i = all.size(); i > 0 && taken < filter.max; --i) {
    const Value run = all[i - 1]["value"_k];
    if (!fits(run, filter)) continue;
    b.link(run);
    ++taken;
  }
  b.end_array();
  return Document::copy(b.take_value());
}

// A run that another one was forked from is needed as long as that one is there.
Result<Forgotten> Kernel::forget(const Retention& retention) {
  auto found = rooms_->store->scan("run/", {}, 0);
  if (!found) return found.error();
  const Value all = found->view();
  const int64_t now = rooms_->engine->now();
  Forgotten forgotten;
  uint32_t kept = 0;
  for (uint32_t i = all.size(); i > 0; --i) {
    const Value run = all[i - 1]["value"_k];
    if (!has_ended(run)) continue;
    const bool is_young = now - run["updated_ns"_k].as_i64() < retention.older_than_ns;
    if (is_young || kept < retention.keep) {
      ++kept;
      continue;
    }
    const std::string id(run["id"_k].as_text());
    auto forks = rooms_->store->scan("fork/" + id + "/", {}, 1);
    if (!forks) return forks.error();
    if (forks->view().size() > 0) {
      ++forgotten.needed;
    } else {
      forgotten.runs.push_back(id);
    }
  }
  if (retention.is_dry) return forgotten;
  for (size_t i = 0; i < forgotten.runs.size(); i += base::limits::forgotten_at_once) {
    const size_t n = std::min<size_t>(base::limits::forgotten_at_once, forgotten.runs.size() - i);
    std::vector<weft_sop> ops;
    ops.reserve(n);
    for (size_t k = 0; k < n; ++k) ops.push_back(forgetting(forgotten.runs[i + k]));
    std::vector<const weft_sop*> pointers;
    pointers.reserve(n);
    for (const weft_sop& op : ops) pointers.push_back(&op);
    auto done = rooms_->store->commit(pointers.data(), static_cast<uint32_t>(pointers.size()));
    if (!done) return done.error();
  }
  return forgotten;
}

}  // namespace weft
