// What people have accepted becomes part of a definition when a run of it is started.
#include <algorithm>
#include <set>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/patch.hpp"
#include "base/valid.hpp"
#include "learned.hpp"
#include "travel/learn.hpp"

namespace weft {

using namespace weft::lit;

namespace {

// Where the conditions of flows stand that say 'adaptive'.
std::set<std::string> adaptive_places(const plan::Plan& plan, travel::Canons& canons) {
  std::set<std::string> places;
  for (const plan::Block& block : plan.blocks) {
    if (!travel::says(block, "adaptive"_k)) continue;
    for (uint32_t n = block.first; n < block.first + block.count; ++n) {
      if (plan.nodes[n].is_condition) places.insert(canons.pointer(plan, n));
    }
  }
  return places;
}

Error unfit(const plan::Plan& plan, std::string_view ids, const Error& why) {
  return {Status::conflict, "learned.unfit",
          "what was accepted for '" + plan.id + "' (" + std::string(ids) +
              ") cannot be applied to it: " + why.message,
          "take it back: weft learned FILE --withdraw ID"};
}

}  // namespace

std::string accepted_key(std::string_view basis, std::string_view id) {
  return "accepted/" + std::string(basis) + '/' + std::string(id);
}

Result<void> each_kept(journal::Store& store, std::string_view prefix,
                       const std::function<void(std::string_view key, Value value)>& each) {
  std::string after;
  while (true) {
    auto page = store.scan(prefix, after, base::limits::listed_at_once);
    if (!page) return page.error();
    const Value entries = page->view();
    for (const Value entry : entries) {
      const std::string_view bytes = entry["value"_k].as_bytes();
      if (!base::validate(bytes.data(), bytes.size())) continue;
      each(entry["key"_k].as_text(), Value(reinterpret_cast<const weft_slot*>(bytes.data())));
    }
    if (entries.size() < base::limits::listed_at_once) return {};
    after = entries[entries.size() - 1]["key"_k].as_text();
  }
}

Result<std::vector<base::Doc>> accepted_of(journal::Store& store, std::string_view basis) {
  std::vector<base::Doc> all;
  auto done = each_kept(store, accepted_key(basis, {}),
                        [&](std::string_view, Value value) { all.push_back(base::pack(value)); });
  if (!done) return done.error();
  std::stable_sort(all.begin(), all.end(), [](const base::Doc& a, const base::Doc& b) {
    return a.view()["accepted_ns"_k].as_i64() < b.view()["accepted_ns"_k].as_i64();
  });
  return all;
}

Result<base::Doc> with_accepted(Value definition, const std::vector<Value>& accepted) {
  base::Blocks blocks;
  for (const Value one : accepted) {
    auto made = base::patched(definition, one["patch"_k], blocks.arena());
    if (!made) return made.error();
    definition = *made;
  }
  return base::try_pack(definition);
}

void Adapted::write(Builder& b) const {
  if (proposals.empty()) return;
  b.key("adapted"_k);
  b.begin_object();
  b.set("basis"_k, std::string_view(basis));
  b.set("definition"_k, std::string_view(definition));
  b.key("proposals"_k);
  b.begin_array();
  for (const std::string& id : proposals) b.text(id);
  b.end_array();
  b.end_object();
}

// The plan that comes of it is made once for each definition and all that was accepted for it.
Result<Adapted> adapt(Kernel::Rooms& rooms, const Workflow::Body& body) {
  Adapted made{body.bindings, {}, {}, {}};
  if (!body.adapts) return made;
  const plan::Plan& plan = body.plan();
  made.basis = travel::basis_of(plan.definition);
  made.definition = base::to_hex(plan.hash);
  auto accepted = accepted_of(*rooms.store, made.basis);
  if (!accepted) return accepted.error();
  if (accepted->empty()) return made;
  travel::Canons canons(rooms.catalog);
  const std::set<std::string> places = adaptive_places(plan, canons);
  std::vector<Value> patches;
  std::string ids;
  for (const base::Doc& one : *accepted) {
    if (!places.contains(std::string(one.view()["at"_k].as_text()))) continue;
    patches.push_back(one.view());
    made.proposals.emplace_back(one.view()["id"_k].as_text());
    ids += (ids.empty() ? "" : ", ") + made.proposals.back();
  }
  if (patches.empty()) return made;
  const std::string key = made.definition + ' ' + ids;
  {
    const base::Lock lock(rooms.mutex);
    const auto known = rooms.adaptations.find(key);
    if (known != rooms.adaptations.end()) {
      made.bindings = known->second;
      return made;
    }
  }
  auto definition = with_accepted(plan.definition, patches);
  if (!definition) return unfit(plan, ids, definition.error());
  plan::Built built = plan::build(plan::Source(std::move(*definition), plan.file), rooms.catalog);
  if (built.plan == nullptr) return unfit(plan, ids, built.problems.front());
  auto bindings = rooms.bind(built.plan);
  if (!bindings) return bindings.error();
  made.bindings = std::move(*bindings);
  const base::Lock lock(rooms.mutex);
  if (rooms.adaptations.size() >= base::limits::adaptations) rooms.adaptations.clear();
  rooms.adaptations.insert_or_assign(key, made.bindings);
  return made;
}

Workflow Kernel::Rooms::workflow_of(std::shared_ptr<const engine::Bindings> bindings) {
  Workflow workflow;
  const bool adapts = travel::adapts(*bindings->plan);
  workflow.body_ =
      std::make_shared<const Workflow::Body>(Workflow::Body{std::move(bindings), adapts});
  return workflow;
}

}  // namespace weft
