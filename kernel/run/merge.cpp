#include "run/merge.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace weft::run {

using namespace weft::lit;
using spec::MergePolicy;
using spec::Reducer;

namespace {

constexpr std::string_view outside = "an update from outside";

// One stands at the other or within it.
bool is_related(const Path& a, const Path& b) {
  const size_t n = std::min(a.size(), b.size());
  return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin());
}

std::span<const std::string> below_root(const Path& path) {
  return std::span<const std::string>(path).subspan(1);
}

}  // namespace

Value inside(Value root, std::span<const std::string> path) {
  for (const std::string& segment : path) root = base::child(root, segment);
  return root;
}

Merging::Merging(Rules rules, Value base, Value target)
    : rules_(std::move(rules)), base_(base), target_(target) {}

Merging::Root& Merging::root_of(const std::string& name) {
  const auto [at, is_new] = roots_.try_emplace(name);
  if (is_new) {
    at->second.base = base_[Key(name)];
    at->second.target = at->second.value = target_[Key(name)];
  }
  return at->second;
}

// What is said of the path or of one that it stands within.
const plan::Reduce* Merging::reduce_of(const Path& path) const {
  for (const plan::Reduce& one : rules_.merge.reduces) {
    if (one.path.size() <= path.size() && is_related(one.path, path)) return &one;
  }
  return nullptr;
}

Result<void> Merging::add(std::string_view by, Value variables, Value writes) {
  std::vector<const plan::Reduce*> done;  // as a whole, whatever was written below
  for (const Value written : writes) {
    auto path = base::split_path(written.as_text());
    if (!path) return path.error();
    const plan::Reduce* reduce = reduce_of(*path);
    if (reduce != nullptr) {
      if (std::find(done.begin(), done.end(), reduce) != done.end()) continue;
      done.push_back(reduce);
      path->resize(reduce->path.size());
    }
    if (auto taken = add(by, inside(variables, *path), *path, reduce); !taken) return taken;
  }
  return {};
}

Result<void> Merging::add(std::string_view by, Value value, const Path& path,
                          const plan::Reduce* reduce) {
  if (base::equal(value, inside(base_, path))) return {};
  Root& root = root_of(path.front());
  if (reduce == nullptr) return put(root, path, value, by);
  const Folded folded{inside(root.base, below_root(path)), inside(root.value, below_root(path)),
                      value};
  if (reduce->how == Reducer::custom) {
    Builder b(rules_.arena);
    b.begin_object();
    for (const auto& [name, one] :
         {std::pair{"merged"_k, folded.merged}, std::pair{"value"_k, folded.value},
          std::pair{"base"_k, folded.base}}) {
      b.set(name, one.exists() ? one : null_value());
    }
    b.end_object();
    auto made = rules_.custom(reduce->custom, b.take_value());
    return made ? assign(root, path, *made, by) : Result<void>(made.error());
  }
  auto made = reduced(reduce->how, folded, rules_.merge.policy, rules_.arena);
  if (made) return assign(root, path, *made, by);
  Error error = made.error();
  if (error.code == "state.conflict") {
    return clash({path, std::string(other_writer(root, path, by)), std::string(by), folded.merged,
                  folded.value});
  }
  error.message =
      std::string(by) + ": " + error.message + " at " + base::quoted(base::join_path(path));
  return error;
}

// Who else changed the path, one above or one below; empty when nobody did.
std::string_view Merging::other_writer(const Root& root, const Path& path, std::string_view by) {
  for (auto w = root.writes.rbegin(); w != root.writes.rend(); ++w) {
    if (w->by != by && is_related(w->path, path)) return w->by;
  }
  const Value now = inside(root.target, below_root(path));
  return base::equal(now, inside(root.base, below_root(path))) ? std::string_view() : outside;
}

Result<void> Merging::put(Root& root, const Path& path, Value value, std::string_view by) {
  const std::string other(other_writer(root, path, by));
  if (other.empty()) return assign(root, path, value, by);
  const Value now = inside(root.value, below_root(path));
  if (base::equal(now, value)) return {};
  switch (rules_.merge.policy) {
    case MergePolicy::error: return clash({path, other, std::string(by), now, value});
    case MergePolicy::first_writer: return {};
    default: return assign(root, path, value, by);
  }
}

Result<void> Merging::assign(Root& root, const Path& path, Value value, std::string_view by) {
  const std::vector<std::string_view> below(path.begin() + 1, path.end());
  auto made = base::set(root.value, below, value, rules_.arena);
  if (!made) return made.error();
  root.value = *made;
  const auto same = std::find_if(root.writes.begin(), root.writes.end(),
                                 [&](const Write& write) { return write.path == path; });
  if (same != root.writes.end()) {
    same->by = by;
  } else {
    root.writes.push_back({path, std::string(by)});
  }
  return {};
}

Error Merging::clash(Conflict conflict) {
  conflict_ = std::move(conflict);
  return {Status::conflict,
          "state.conflict",
          conflict_.first + " and " + conflict_.second + " changed " +
              base::quoted(base::join_path(conflict_.path)) + " to different values",
          "say with 'merge' whose value counts, or how the values come together",
          {},
          WEFT_ERR_BAD_INPUT};
}

Result<void> Merging::resume(Value variables, Value writes, Value writers) {
  for (uint32_t i = 0; i < writes.size(); ++i) {
    auto path = base::split_path(writes[i].as_text());
    if (!path) return path.error();
    const std::string by(writers[i].as_text());
    Root& root = root_of(path->front());
    if (base::equal(root.target, root.base)) {
      root.value = variables[Key(path->front())];
      root.writes.push_back({std::move(*path), by});
      continue;
    }
    auto taken = add(by, inside(variables, *path), *path, reduce_of(*path));
    if (!taken) return taken;
  }
  return {};
}

Value Merging::variables() {
  Builder b(rules_.arena);
  b.begin_object();
  for (uint32_t i = 0; i < target_.size(); ++i) {
    const auto root = roots_.find(target_.key(i));
    b.set(Key(target_.key(i)), root != roots_.end() ? root->second.value : target_[i]);
  }
  for (const auto& [name, root] : roots_) {
    if (!target_[Key(name)].exists()) b.set(Key(name), root.value);
  }
  b.end_object();
  return b.take_value();
}

void Merging::write_changes(Builder& out) const {
  out.begin_array();
  for (const auto& [name, root] : roots_) {
    std::vector<const Path*> told;
    for (const Write& write : root.writes) {
      const bool is_told = std::any_of(told.begin(), told.end(), [&](const Path* p) {
        return p->size() <= write.path.size() && is_related(*p, write.path);
      });
      if (is_told) continue;
      told.push_back(&write.path);
      const Value before = inside(root.target, below_root(write.path));
      out.begin_object();
      out.set("path"_k, std::string_view(base::join_path(write.path)));
      if (before.exists()) out.set("old"_k, before);
      out.set("new"_k, inside(root.value, below_root(write.path)));
      out.end_object();
    }
  }
  out.end_array();
}

std::vector<std::string> Merging::writes() const {
  std::vector<std::string> all;
  for (const auto& [name, root] : roots_) {
    for (const Write& write : root.writes) all.push_back(base::join_path(write.path));
  }
  return all;
}

std::vector<std::string_view> Merging::writers() const {
  std::vector<std::string_view> all;
  for (const auto& [name, root] : roots_) {
    for (const Write& write : root.writes) all.emplace_back(write.by);
  }
  return all;
}

}  // namespace weft::run
