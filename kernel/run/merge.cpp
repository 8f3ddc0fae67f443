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

void add_side(Conflict& to, Conflict::Side side) {
  const bool is_there = std::any_of(to.sides.begin(), to.sides.end(),
                                    [&](const Conflict::Side& s) { return s.by == side.by; });
  if (!is_there) to.sides.push_back(std::move(side));
}

void absorb(Conflict& to, Conflict& other) {
  if (other.path.size() < to.path.size()) to.path = other.path;
  for (Conflict::Side& side : other.sides) add_side(to, std::move(side));
}

}  // namespace

Value Conflict::value_of(const Side& side) const { return inside(side.root, below_root(path)); }

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
    if (auto taken = add({by, variables[Key(path->front())]}, *path, reduce); !taken) return taken;
  }
  return {};
}

Result<void> Merging::add(const Writer& w, const Path& path, const plan::Reduce* reduce) {
  const Value value = inside(w.root, below_root(path));
  if (base::equal(value, inside(base_, path))) return {};
  Root& root = root_of(path.front());
  if (is_disputed(path)) {
    dispute(root, w, {path, {}, {}, {}, {}, {}, {}});
    return {};
  }
  if (reduce == nullptr) return put(root, path, w);
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
    return made ? assign(root, path, *made, w.by) : Result<void>(made.error());
  }
  auto made = reduced(reduce->how, folded, rules_.merge.policy, rules_.arena);
  if (made) return assign(root, path, *made, w.by);
  Error error = made.error();
  if (error.code == "state.conflict") {
    const std::string other(other_writer(root, path, w.by));
    dispute(root, w, {path, {}, path, other, std::string(w.by), folded.merged, folded.value});
    return {};
  }
  error.message =
      std::string(w.by) + ": " + error.message + " at " + base::quoted(base::join_path(path));
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

Result<void> Merging::put(Root& root, const Path& path, const Writer& w) {
  const Value value = inside(w.root, below_root(path));
  const std::string other(other_writer(root, path, w.by));
  if (other.empty()) return assign(root, path, value, w.by);
  const Value now = inside(root.value, below_root(path));
  if (base::equal(now, value)) return {};
  switch (rules_.merge.policy) {
    case MergePolicy::error:
      dispute(root, w, {path, {}, path, other, std::string(w.by), now, value});
      return {};
    case MergePolicy::first_writer: return {};
    default: return assign(root, path, value, w.by);
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

bool Merging::is_disputed(const Path& path) const {
  return std::any_of(conflicts_.begin(), conflicts_.end(),
                     [&](const Conflict& c) { return is_related(c.path, path); });
}

// A conflict takes in those that it touches, and all who changed what it is about.
void Merging::dispute(Root& root, const Writer& w, Conflict now) {
  const auto touches = [&](const Conflict& c) { return is_related(c.path, now.path); };
  auto whole = std::find_if(conflicts_.begin(), conflicts_.end(), touches);
  if (whole == conflicts_.end()) {
    whole = conflicts_.insert(whole, std::move(now));
  } else {
    absorb(*whole, now);
  }
  for (auto c = std::next(whole); c != conflicts_.end();) {
    const bool is_part = is_related(c->path, whole->path);
    if (is_part) absorb(*whole, *c);
    c = is_part ? conflicts_.erase(c) : std::next(c);
  }
  for (const Write& write : root.writes) {
    const bool contains =
        write.path.size() < whole->path.size() && is_related(write.path, whole->path);
    if (contains) whole->path = write.path;
  }
  const auto below = below_root(whole->path);
  if (!base::equal(inside(root.target, below), inside(root.base, below))) {
    add_side(*whole, {std::string(outside), root.target});
  }
  for (const Write& write : root.writes) {
    const bool counts = write.by != w.by && is_related(write.path, whole->path);
    if (counts) add_side(*whole, {write.by, root.value});
  }
  if (!w.by.empty()) add_side(*whole, {std::string(w.by), w.root});
}

Result<void> Merging::settled() const {
  if (conflicts_.empty()) return {};
  const Conflict& c = conflicts_.front();
  return Error{Status::conflict,
               "state.conflict",
               c.first + " and " + c.second + " changed " + base::quoted(base::join_path(c.met)) +
                   " to different values",
               "say with 'merge' whose value counts, or how the values come together",
               {},
               WEFT_ERR_BAD_INPUT};
}

size_t Merging::sides() const {
  size_t all = 0;
  for (const Conflict& c : conflicts_) all += c.sides.size();
  return all;
}

Result<void> Merging::decide(Value said) {
  for (const Value one : said) {
    auto path = base::split_path(one["path"_k].as_text());
    if (!path) return path.error();
    const auto c = std::find_if(conflicts_.begin(), conflicts_.end(),
                                [&](const Conflict& conflict) { return conflict.path == *path; });
    if (c == conflicts_.end()) continue;
    Value value = one["value"_k];
    for (const Conflict::Side& side : c->sides) {
      if (!value.exists() && side.by == one["branch"_k].as_text()) value = c->value_of(side);
    }
    if (!value.exists()) continue;
    Root& root = root_of(path->front());
    std::erase_if(root.writes, [&](const Write& write) { return is_related(write.path, *path); });
    if (auto made = assign(root, *path, value, "hooks"); !made) return made;
    conflicts_.erase(c);
  }
  return {};
}

void Merging::write_question(Builder& out) const {
  out.begin_array();
  for (const Conflict& c : conflicts_) {
    out.begin_object();
    out.set("path"_k, std::string_view(base::join_path(c.path)));
    if (const Value before = inside(base_, c.path); before.exists()) out.set("base"_k, before);
    out.key("values"_k);
    out.begin_array();
    for (const Conflict::Side& side : c.sides) {
      out.begin_object();
      out.set("branch"_k, std::string_view(side.by));
      if (const Value value = c.value_of(side); value.exists()) out.set("value"_k, value);
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
}

void Merging::write_sides(Builder& out) const {
  out.begin_array();
  for (const Conflict& c : conflicts_) {
    out.begin_object();
    out.set("path"_k, std::string_view(base::join_path(c.path)));
    out.key("sides"_k);
    out.begin_array();
    for (const Conflict::Side& side : c.sides) {
      out.begin_object();
      out.set("branch"_k, std::string_view(side.by));
      if (side.root.exists()) out.set("root"_k, side.root);
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
}

Result<void> Merging::resume(Value told) {
  const Value variables = told["variables"_k], writes = told["writes"_k];
  for (uint32_t i = 0; i < writes.size(); ++i) {
    auto path = base::split_path(writes[i].as_text());
    if (!path) return path.error();
    const std::string by(told["writers"_k][i].as_text());
    Root& root = root_of(path->front());
    if (base::equal(root.target, root.base)) {
      root.value = variables[Key(path->front())];
      root.writes.push_back({std::move(*path), by});
      continue;
    }
    auto taken = add({by, variables[Key(path->front())]}, *path, reduce_of(*path));
    if (!taken) return taken;
  }
  const Value open = told["conflicts"_k];
  for (uint32_t i = 0; open.is_array() && i < open.size(); ++i) {
    auto path = base::split_path(open[i]["path"_k].as_text());
    if (!path) return path.error();
    Conflict c{*path, {}, *path, {}, {}, {}, {}};
    for (const Value side : open[i]["sides"_k]) {
      c.sides.push_back({std::string(side["branch"_k].as_text()), side["root"_k]});
    }
    if (c.sides.size() < 2) continue;
    c.first = c.sides[0].by;
    c.second = c.sides[1].by;
    c.first_value = c.value_of(c.sides[0]);
    c.second_value = c.value_of(c.sides[1]);
    dispute(root_of(path->front()), {}, std::move(c));
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
