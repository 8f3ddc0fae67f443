// The structure of regular expressions: choices, sequences, repetitions, groups.
#include "expr/match_parse.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "expr/code_point.hpp"

namespace weft::expr {
namespace {

constexpr size_t pattern_bytes_max = 65'535;  // so that sets can be numbered by 16 bits
constexpr std::string_view special = ".\\?*+()[]{}|";

}  // namespace

void RegexpParser::fail_at(size_t at, std::string message, std::string hint) {
  if (error_) return;
  error_.emplace();
  error_->status = Status::bad_input;
  error_->code = "expr.syntax";
  error_->message = std::move(message);
  error_->hint = std::move(hint);
  error_->where.column = column_at(text_, at);
  error_->flags = WEFT_ERR_BAD_INPUT;
}

void RegexpParser::fail_limit(size_t at, const char* code, std::string message) {
  if (error_) return;
  fail_at(at, std::move(message), "use a simpler pattern");
  error_->status = Status::limit;
  error_->code = code;
}

Result<RegexpTree> RegexpParser::parse() {
  if (text_.size() > pattern_bytes_max) {
    fail_limit(0, "expr.limit.length", "the pattern has more than 65535 bytes");
    return std::move(*error_);
  }
  tree_.root = choice(0);
  if (!error_ && at_ < text_.size()) fail("')' closes no group", "write '\\)' for the character");
  if (error_) return std::move(*error_);
  return std::move(tree_);
}

uint32_t RegexpParser::add(Part part) {
  tree_.parts.push_back(part);
  return static_cast<uint32_t>(tree_.parts.size() - 1);
}

// One part for several, of a kind that holds a list.
uint32_t RegexpParser::add_list(Part::Kind kind, const std::vector<uint32_t>& parts) {
  if (parts.size() == 1) return parts[0];
  Part part;
  part.kind = parts.empty() ? Part::Kind::empty : kind;
  part.first = static_cast<uint32_t>(tree_.lists.size());
  part.count = static_cast<uint32_t>(parts.size());
  tree_.lists.insert(tree_.lists.end(), parts.begin(), parts.end());
  return add(part);
}

uint32_t RegexpParser::add_set(CodePoints set, bool negated) {
  set.close(negated);
  tree_.sets.push_back(std::move(set));
  Part part;
  part.kind = Part::Kind::set;
  part.first = static_cast<uint32_t>(tree_.sets.size() - 1);
  return add(part);
}

uint32_t RegexpParser::add_character(char32_t c) {
  Part part;
  part.kind = Part::Kind::range;
  part.low = part.high = c;
  return add(part);
}

uint32_t RegexpParser::add_plain(Part::Kind kind) {
  Part part;
  part.kind = kind;
  return add(part);
}

uint32_t RegexpParser::choice(uint32_t depth) {
  std::vector<uint32_t> branches{sequence(depth)};
  while (!error_ && take("|")) branches.push_back(sequence(depth));
  return add_list(Part::Kind::choice, branches);
}

uint32_t RegexpParser::sequence(uint32_t depth) {
  std::vector<uint32_t> pieces;
  while (!error_ && at_ < text_.size() && !at('|') && !at(')')) pieces.push_back(piece(depth));
  return add_list(Part::Kind::sequence, pieces);
}

uint32_t RegexpParser::piece(uint32_t depth) {
  const uint32_t body = atom(depth);
  Part part;
  part.kind = Part::Kind::repeat;
  part.first = body;
  if (error_ || !repeat(part)) return body;
  if (schema_) take("?");  // lazy or not, the answer is the same
  return add(part);
}

bool RegexpParser::repeat(Part& part) {
  part.least = 0;
  part.most = RegexpTree::unbounded;
  if (take("*")) return true;
  if (at('{')) return counts(part);
  if (take("+")) {
    part.least = 1;
    return true;
  }
  part.most = 1;
  return take("?");
}

bool RegexpParser::counts(Part& part) {
  const size_t begin = at_++;
  part.least = part.most = count();
  if (take(",")) part.most = at('}') ? RegexpTree::unbounded : count();
  if (!error_ && !take("}")) fail("'{' is not closed", "a repetition is {n}, {n,} or {n,m}");
  if (part.most < part.least) {
    fail_at(begin, "the repetition ends before it begins", "write the smaller count first");
  }
  return !error_;
}

uint32_t RegexpParser::count() {
  const size_t begin = at_;
  uint32_t number = 0;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
    if (number <= Regexp::states_max)
      number = number * 10 + static_cast<uint32_t>(text_[at_] - '0');
    ++at_;
  }
  if (at_ == begin) {
    fail("a count is expected",
         "a repetition is {n}, {n,} or {n,m}; write '\\{' for the character");
  } else if (number > Regexp::states_max) {
    fail_limit(begin, "expr.limit.states",
               "the count is above " + std::to_string(Regexp::states_max));
  }
  return number;
}

uint32_t RegexpParser::atom(uint32_t depth) {
  const char c = text_[at_];
  if (c == '(') return group(depth);
  if (c == '[') return bracket();
  if (c == '\\') return escape();
  if (take(".")) return any();
  if (schema_ && take("^")) return add_plain(Part::Kind::start);
  if (schema_ && take("$")) return add_plain(Part::Kind::end);
  const bool closes = schema_ && (c == ']' || c == '}');
  if (!closes && special.find(c) != std::string_view::npos) {
    const bool repeats = c == '*' || c == '+' || c == '?';
    fail(base::quoted({&c, 1}) + (repeats ? " repeats nothing" : " stands alone"),
         std::string("write '\\") + c + "' for the character");
    return 0;
  }
  return add_character(next_code_point(text_, at_));
}

uint32_t RegexpParser::group(uint32_t depth) {
  const size_t begin = at_++;
  if (depth >= base::limits::expression_depth) {
    fail_limit(begin, "expr.limit.depth", "groups are nested more than 64 deep");
    return 0;
  }
  if (at('?') && !(schema_ && take("?:"))) {
    fail("'(?' has no meaning here", "groups cannot look around, be named or set flags");
    return 0;
  }
  const uint32_t inner = choice(depth + 1);
  if (!error_ && !take(")")) fail_at(begin, "'(' is not closed", "write '\\(' for the character");
  return inner;
}

uint32_t RegexpParser::any() {
  CodePoints set;
  set.add('\n', '\n');
  set.add('\r', '\r');
  if (schema_) set.add(0x2028, 0x2029);
  return add_set(std::move(set), true);
}

uint32_t RegexpParser::escape() {
  CodePoints set;
  if (class_escape(set)) return add_set(std::move(set), false);
  if (error_) return 0;
  const std::optional<char32_t> c = character_escape();
  return c ? add_character(*c) : 0;
}

Result<RegexpTree> parse_regexp(std::string_view pattern, Dialect dialect) {
  return RegexpParser(pattern, dialect).parse();
}

}  // namespace weft::expr
