// Maker: steps of a definition, made of parts of an old text, with what was found on the way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parts.hpp"
#include "reading.hpp"

namespace weft::legacy {

inline constexpr int64_t timeout_s = 300;  // of each step, as in a line

// Steps of which each item waits for all of the item before it.
class Chain final {
 public:
  explicit Chain(Span place) : list_(Tree::of_kind(Tree::Kind::list, place)) {}

  void add(std::vector<Tree> item);
  void add(Tree step);
  bool is_empty() const { return list_.items.empty(); }
  size_t size() const { return list_.items.size(); }
  Tree take() { return std::move(list_); }

 private:
  Tree list_;
  Tree before_ = Tree::of_kind(Tree::Kind::list, {});
};

class Maker final {
 public:
  Maker(Parts& parts, Reading& reading) : parts_(parts), reading_(reading) {}

  // '/name text', or a text for the default command.
  bool step(Span action, std::string_view label, Tree& step);
  // 'a, b then c', 'a → [b, c]*2', or one action; brackets around all of it mean nothing.
  bool sequence(Span text, Chain& chain);
  // The same as one step, which is a block when there are several.
  bool step_or_block(Span text, std::string_view label, Tree& step);
  // '*3' behind an item, which is taken from it.
  uint32_t take_count(Span& item);
  // 'name:' before an item, which is taken from it.
  std::string take_label(Span& item, bool is_close = false);
  // The id of the next step that has no label.
  std::string next_id(std::string_view label);

  // type, id and what every converted definition carries.
  Tree definition(std::string_view type);
  // A definition of the form chain.
  Tree chain(Chain steps);

  void found(Kind kind, Span place, std::string what, std::string becomes, uint32_t confidence);
  bool refuse(uint32_t at, std::string message, std::string hint = {});

  Parts& parts() { return parts_; }

 private:
  bool list(Span text, Chain& chain);
  bool arrows(Span text, Chain& chain);
  bool arrow_item(Span item, std::vector<Tree>& made);
  bool group(Span inside, const std::string& label, std::vector<Tree>& made);
  bool list_item(Span item, Chain& chain);
  void judge_words(Span action);

  Parts& parts_;
  Reading& reading_;
  uint32_t made_ = 0;   // steps
  uint32_t depth_ = 0;  // of groups and blocks
};

}  // namespace weft::legacy
