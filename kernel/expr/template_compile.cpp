// From a tree of parameters to a layout.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <utility>

#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "expr/code_point.hpp"
#include "expr/lexer.hpp"
#include "expr/parser.hpp"
#include "expr/template.hpp"
#include "expr/template_layout.hpp"
#include "expr/template_text.hpp"

namespace weft::expr {
namespace {

using lit::operator""_k;
using Item = Layout::Item;
using Kind = Layout::Item::Kind;

using Items = std::pmr::vector<Item>;

class TemplateBuilder final {
 public:
  TemplateBuilder(const Names& names, std::vector<Error>& problems)
      : names_(names), problems_(problems) {}

  std::unique_ptr<Layout> build(const Template::Source& source) {
    pointer_ = source.pointer;
    layout_->root = item(source.tree, source.schema, nullptr);
    return std::move(layout_);
  }
  Value keep(std::string_view text) { return layout_->kept.text(text); }

 private:
  // Where an item stands, without its text: only problems and templates need that.
  struct Place {
    const Place* outer;
    Value container;
    uint32_t entry;
    uint32_t depth;
  };
  static uint32_t depth_below(const Place* place) { return place != nullptr ? place->depth : 0; }
  std::string pointer_to(const Place* place) const;

  Item item(Value tree, Value schema, const Place* place);
  Item text(Value text, const Place* place);
  Item list(Value tree, Value schema, const Place* place);
  Item object(Value tree, Value schema, const Place* place);
  Item container(Item item, Value tree, const Items& children);
  Item with_parts(std::string_view text, const TextPieces& pieces, const Place* place);
  Layout::Part part(std::string_view text, const TextPiece& piece, const Place* place);
  const weft_slot* keep_keys(Value object);
  void refuse_templates(Value tree, const Place* place);
  void report(Error error, const Place* place);

  const Names& names_;
  std::vector<Error>& problems_;
  std::unique_ptr<Layout> layout_ = std::make_unique_for_overwrite<Layout>();
  std::string_view pointer_;  // of the tree
  std::byte first_[1024];
  std::pmr::monotonic_buffer_resource scratch_{first_, sizeof first_};  // until the layout is built
};

Item constant(Value value) {
  Item item;
  item.constant = value.exists() ? value : null_value();
  return item;
}

void TemplateBuilder::report(Error error, const Place* place) {
  error.where.pointer = pointer_to(place);
  problems_.push_back(std::move(error));
}

std::string TemplateBuilder::pointer_to(const Place* place) const {
  if (place == nullptr) return std::string(pointer_);
  std::string pointer = pointer_to(place->outer);
  if (place->container.is_array()) {
    base::append_segment(pointer, place->entry);
  } else {
    base::append_segment(pointer, place->container.key(place->entry));
  }
  return pointer;
}

Item TemplateBuilder::item(Value tree, Value schema, const Place* place) {
  const std::string_view mark = schema["template"_k].as_text();
  if (mark == "refuse") refuse_templates(tree, place);
  if (mark == "refuse" || mark == "raw") return constant(tree);
  if (tree.is_text()) return text(tree, place);
  if (!tree.is_array() && !tree.is_object()) return constant(tree);
  if (depth_below(place) >= base::limits::depth) {
    Error error;
    error.status = Status::limit;
    error.code = "expr.limit.depth";
    error.message = "the parameters are nested more than 64 deep";
    error.hint = "make them flatter";
    report(std::move(error), place);
    return constant(tree);
  }
  return tree.is_array() ? list(tree, schema, place) : object(tree, schema, place);
}

void TemplateBuilder::refuse_templates(Value tree, const Place* place) {
  if (tree.is_text() && contains_template(tree.as_text())) {
    Error error;
    error.status = Status::bad_input;
    error.code = "template.refused";
    error.message = "a template may not stand here, because its value would be run as code";
    error.hint = "pass the value in a parameter of its own";
    error.where.column = 1;
    error.flags = WEFT_ERR_BAD_INPUT;
    report(std::move(error), place);
  }
  const uint32_t depth = depth_below(place);
  if ((!tree.is_array() && !tree.is_object()) || depth >= base::limits::depth) return;
  for (uint32_t i = 0; i < tree.size(); ++i) {
    const Place below{place, tree, i, depth + 1};
    refuse_templates(tree[i], &below);
  }
}

Item TemplateBuilder::list(Value tree, Value schema, const Place* place) {
  Items children(&scratch_);
  children.reserve(tree.size());
  const Value rule = schema["items"_k];
  for (uint32_t i = 0; i < tree.size(); ++i) {
    const Place below{place, tree, i, depth_below(place) + 1};
    children.push_back(item(tree[i], rule, &below));
  }
  Item result;
  result.kind = Kind::list;
  return container(result, tree, children);
}

Item TemplateBuilder::object(Value tree, Value schema, const Place* place) {
  Items children(&scratch_);
  children.reserve(tree.size());
  const Value properties = schema["properties"_k];
  for (uint32_t i = 0; i < tree.size(); ++i) {
    const Place below{place, tree, i, depth_below(place) + 1};
    const Value rule = properties.exists() ? properties[Key(tree.key(i))] : Value();
    children.push_back(item(tree[i], rule, &below));
  }
  Item result;
  result.kind = Kind::object;
  return container(result, tree, children);
}

// The tree itself when nothing in it is to be changed.
Item TemplateBuilder::container(Item item, Value tree, const Items& children) {
  bool same = true;
  for (uint32_t i = 0; i < children.size() && same; ++i) {
    same = children[i].kind == Kind::constant && children[i].constant.slot() == tree[i].slot();
  }
  if (same) return constant(tree);
  item.first = layout_->children.add(children, layout_->kept);
  item.count = static_cast<uint32_t>(children.size());
  if (item.kind == Kind::object) {
    item.flags = tree.slot()->flags & WEFT_INDEXED;
    item.keys = keep_keys(tree);
  }
  return item;
}

// As a shape, which every evaluation shares.
const weft_slot* TemplateBuilder::keep_keys(Value object) {
  const size_t count = object.size();
  const bool shaped = (object.slot()->flags & WEFT_SHAPED) != 0;
  const size_t index_slots = (count * sizeof(uint32_t) + sizeof(weft_slot) - 1) / sizeof(weft_slot);
  weft_slot* keys = layout_->kept.slots(count + index_slots);
  for (uint32_t i = 0; i < count; ++i) {
    place(keys + i, lifted(*weft_key_at(object.slot(), i)));
  }
  if ((object.slot()->flags & WEFT_INDEXED) != 0) {
    const weft_slot* end = weft_key_at(object.slot(), 0) + count * (shaped ? 1 : 2);
    std::memcpy(keys + count, end, count * sizeof(uint32_t));
  }
  return keys;
}

Item TemplateBuilder::text(Value text, const Place* place) {
  const std::string_view written = text.as_text();
  if (written.find_first_of("{$") == std::string_view::npos) return constant(text);
  Result<TextPieces> pieces = split_template(written, &scratch_);
  if (!pieces) {
    report(std::move(pieces.error()), place);
    return constant(text);
  }
  const bool plain =
      pieces->empty() || (pieces->size() == 1 && pieces->front().kind == TextPiece::Kind::literal);
  if (!plain) {
    const size_t known = problems_.size();
    const Item result = with_parts(written, *pieces, place);
    return problems_.size() == known ? result : constant(text);
  }
  if (pieces->empty() || pieces->front().literal == written) return constant(text);
  return constant(layout_->kept.text(pieces->front().literal));
}

Item TemplateBuilder::with_parts(std::string_view text, const TextPieces& pieces,
                                 const Place* place) {
  Item result;
  result.kind = pieces.size() == 1 ? Kind::typed : Kind::text;
  result.first = layout_->parts.size();
  result.count = static_cast<uint32_t>(pieces.size());
  const std::string pointer = pointer_to(place);
  const std::string_view kept(layout_->kept.bytes(pointer), pointer.size());
  result.pointer = layout_->pointers.add(kept, layout_->kept);
  for (const TextPiece& piece : pieces) {
    layout_->parts.add(part(text, piece, place), layout_->kept);
  }
  return result;
}

Layout::Part TemplateBuilder::part(std::string_view text, const TextPiece& piece,
                                   const Place* place) {
  Layout::Part part;
  if (piece.kind == TextPiece::Kind::literal) {
    part.literal = {layout_->kept.bytes(piece.literal), piece.literal.size()};
    return part;
  }
  part.columns_before = column_at(text, piece.at) - 1;
  const bool is_path = piece.kind == TextPiece::Kind::path;
  Result<Program> program =
      parse(piece.inner, names_, is_path ? Accept::path : Accept::expression, layout_->kept);
  if (!program) {
    program.error().where.column += part.columns_before;
    report(std::move(program.error()), place);
    return part;
  }
  for (const Root& root : program->roots) {
    Table<Root>& roots = layout_->roots;
    if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.add(root, layout_->kept);
  }
  part.program = layout_->programs.add(*program, layout_->kept);
  return part;
}

}  // namespace

Template Template::compile(const Source& source, const Names& names, std::vector<Error>& problems) {
  std::unique_ptr<Layout> layout = TemplateBuilder(names, problems).build(source);
  const Item& root = layout->root;
  if (root.kind == Kind::constant && root.constant.slot() == source.tree.slot()) {
    return Template(root.constant);
  }
  Template result(std::move(layout));
  result.fold();
  return result;
}

Template Template::compile(Value tree, const Names& names, std::string_view pointer,
                           std::vector<Error>& problems) {
  return compile(Source{tree, pointer}, names, problems);
}

Result<Template> Template::compile_text(std::string_view text, const Names& names) {
  if (!base::is_utf8(text)) {
    return syntax_error(text, 0, "the text is not UTF-8", "save the definition as UTF-8");
  }
  std::vector<Error> problems;
  TemplateBuilder builder(names, problems);
  const Value tree = builder.keep(text);
  Template result(builder.build({tree, ""}));
  if (!problems.empty()) return std::move(problems.front());
  return result;
}

}  // namespace weft::expr
