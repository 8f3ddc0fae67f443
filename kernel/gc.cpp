// Which runs a list shows, and which the store may forget.
#include <weft/kernel.hpp>

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "base/limits.hpp"
#include "kernel_rooms.hpp"
#include "learned.hpp"

namespace weft {

using namespace weft::lit;

bool has_ended(Value run) {
  static constexpr std::string_view ends[] = {"completed", "partially_completed", "failed",
                                              "cancelled"};
  const std::string_view status = run["status"_k].as_text();
  return std::find(std::begin(ends), std::end(ends), status) != std::end(ends);
}

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

// The summaries in the order of their ids, which is that of their times.
Result<void> each_run(journal::Store& store, const std::function<void(Value run)>& each) {
  std::string after;
  while (true) {
    auto page = store.scan("run/", after, base::limits::listed_at_once);
    if (!page) return page.error();
    const Value entries = page->view();
    for (const Value entry : entries) each(entry["value"_k]);
    if (entries.size() < base::limits::listed_at_once) return {};
    after = entries[entries.size() - 1]["key"_k].as_text();
  }
}

weft_sop forgetting(std::string_view run) {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = WEFT_SOP_FORGET;
  op.key = to_str(run);
  return op;
}

// What was learned of a run outlives it, and is kept by the commit that forgets it.
Result<void> forget_all(journal::Store& store, LearnedRuns& learned, std::span<const Value> runs) {
  std::vector<Kept> kept;
  kept.reserve(runs.size());
  std::vector<weft_sop> ops;
  ops.reserve(2 * runs.size());
  for (const Value run : runs) {
    ops.push_back(forgetting(run["id"_k].as_text()));
    auto entry = learned.of(run);
    if (!entry || entry->empty()) continue;  // what cannot be read teaches nothing
    kept.push_back({learned_key(run), std::move(*entry)});
    ops.push_back(putting(kept.back()));
  }
  std::vector<const weft_sop*> pointers;
  pointers.reserve(ops.size());
  for (const weft_sop& op : ops) pointers.push_back(&op);
  return store.commit(pointers.data(), static_cast<uint32_t>(pointers.size()));
}

}  // namespace

// The latest is what people look for.
Result<Document> Kernel::list(const RunFilter& filter) {
  std::deque<base::Doc> latest;
  auto done = each_run(*rooms_->store, [&](Value run) {
    if (!fits(run, filter)) return;
    latest.push_front(base::pack(run));
    if (latest.size() > filter.max) latest.pop_back();
  });
  if (!done) return done.error();
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_array();
  for (const base::Doc& run : latest) b.link(run.view());
  b.end_array();
  return Document::copy(b.take_value());
}

// A run that another one was forked from is needed as long as that one is there.
Result<Forgotten> Kernel::forget(const Retention& retention) {
  std::vector<base::Doc> all;
  auto done = each_run(*rooms_->store, [&](Value run) {
    if (has_ended(run)) all.push_back(base::pack(run));
  });
  if (!done) return done.error();
  const int64_t now = rooms_->engine->now();
  Forgotten forgotten;
  uint32_t kept = 0;
  std::reverse(all.begin(), all.end());
  std::vector<Value> ending;
  for (const base::Doc& run : all) {
    const std::string id(run.view()["id"_k].as_text());
    const bool is_young = now - run.view()["updated_ns"_k].as_i64() < retention.older_than_ns;
    if (is_young || kept < retention.keep) {
      ++kept;
      continue;
    }
    auto forks = rooms_->store->scan("fork/" + id + "/", {}, 1);
    if (!forks) return forks.error();
    if (forks->view().size() > 0) {
      ++forgotten.needed;
    } else {
      forgotten.runs.push_back(id);
      ending.push_back(run.view());
    }
  }
  if (retention.is_dry) return forgotten;
  LearnedRuns learned(*rooms_);
  for (size_t i = 0; i < ending.size(); i += base::limits::forgotten_at_once) {
    const size_t n = std::min<size_t>(base::limits::forgotten_at_once, ending.size() - i);
    done = forget_all(*rooms_->store, learned, {ending.data() + i, n});
    if (!done) return done.error();
  }
  return forgotten;
}

}  // namespace weft
