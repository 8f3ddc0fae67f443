// Parser: reads one YAML 1.2 document into a tree; the only grammar of this plugin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "keys.hpp"
#include "scalars.hpp"
#include "scanner.hpp"
#include "tree.hpp"

namespace weft::yaml {

inline constexpr uint32_t depth_max = WEFT_DEPTH_MAX;

// Functions that read a node answer its number, or nowhere when the text is wrong.
class Parser final {
 public:
  // Requires: source outlives the parser and what it gives out, and was checked.
  explicit Parser(const Source& source) : source_(source), in_(source.text()), scalars_(in_) {}

  // The number of the root; nowhere when the text is wrong.
  uint32_t parse();
  const Tree& tree() const { return tree_; }
  const Fault& fault() const { return in_.fault(); }

 private:
  // Where a block node may stand.
  struct Spot {
    int32_t parent = -1;          // the node is indented deeper than this
    bool opens = false;           // a map or list may begin on this line
    bool list_at_parent = false;  // a list may stand in the column of the parent
  };
  struct Properties {
    Tag tag = Tag::none;
    std::string_view anchor;
    uint32_t at = nowhere;
    uint32_t length = 0;
    bool any() const { return at != nowhere; }
  };

  // parser.cpp: what block and flow style share
  bool directives(bool& marked);
  bool end_of_document();
  bool at_property() const { return in_.peek() == '&' || in_.peek() == '!'; }
  bool properties(Properties& out);
  bool tag(Properties& out);
  bool anchor(Properties& out);
  std::string_view name();
  bool apply(const Properties& properties, uint32_t node);
  uint32_t alias();
  uint32_t scalar(Room room);
  bool make_key(uint32_t node);
  bool add_key(Keys& keys, uint32_t node);
  bool enter(uint32_t at);
  uint32_t new_node(Kind kind, uint32_t at, uint32_t length);
  void append(uint32_t collection, uint32_t& last, uint32_t child);

  // block.cpp
  uint32_t block_node(Spot spot);
  bool ends_here(const Spot& spot) const;
  uint32_t block_content(const Spot& spot, const Properties& outer, const Properties& inner,
                         int32_t column);
  uint32_t block_list(int32_t column, bool shares_column);
  uint32_t block_map(int32_t column, uint32_t first_key);
  uint32_t block_key(int32_t column, uint32_t& value);
  uint32_t implicit_key();
  uint32_t block_text(int32_t parent);
  uint32_t inline_node(int32_t parent);
  bool is_key(uint32_t node);
  bool at_entry(char indicator) const { return in_.peek() == indicator && in_.blank_at(1); }
  bool another_entry(int32_t column, bool& more);
  bool may_open(const Spot& spot, const Properties& inner);
  bool line_end();

  // flow.cpp
  uint32_t flow_collection(int32_t parent);
  uint32_t flow_list(int32_t parent, uint32_t opened);
  uint32_t flow_map(int32_t parent, uint32_t opened);
  uint32_t flow_node(int32_t parent, uint32_t opened);
  uint32_t flow_item(int32_t parent, uint32_t opened);
  bool flow_pair(int32_t parent, uint32_t opened, uint32_t& key, uint32_t& value);
  bool flow_value(int32_t parent, uint32_t opened, uint32_t key, uint32_t& value);
  bool flow_goes_on(int32_t parent, uint32_t opened, bool& more);
  bool flow_skip(int32_t parent, uint32_t opened);
  bool flow_entry();
  bool flow_value_follows(uint32_t key) const;

  // complaints.cpp: faults that know what the author meant
  bool fail(std::string message, std::string hint, uint32_t at, uint32_t length);
  bool fail_indent(int32_t expected);
  bool fail_template(uint32_t at);
  bool fail_start();
  bool fail_colon(uint32_t text);
  bool fail_no_colon(uint32_t text);
  bool fail_after_value();
  std::string line_of(uint32_t at) const;
  std::string_view rest_of_line(uint32_t at) const;

  const Source& source_;
  Scanner in_;
  Scalars scalars_;
  Tree tree_;
  // nowhere while the node of the anchor is being read
  std::unordered_map<std::string_view, uint32_t> anchors_;
  uint32_t depth_ = 0, flow_depth_ = 0;
  int32_t closed_column_ = -1;  // of the block collection that ended last
};

}  // namespace weft::yaml
