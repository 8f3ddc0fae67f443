// The evaluation of templates.
#include "expr/template.hpp"

#include <utility>

#include "expr/machine.hpp"
#include "expr/render.hpp"
#include "expr/template_layout.hpp"

namespace weft::expr {
namespace {

using Item = Layout::Item;
using Kind = Layout::Item::Kind;

// Writes every value to the place where it belongs, so nothing is copied twice.
class Filler final {
 public:
  Filler(const Layout& layout, const Scope& scope, Arena arena)
      : layout_(layout), arena_(arena), machine_(scope, arena) {}

  bool fill(const Item& item, weft_slot* to) {
    switch (item.kind) {
      case Kind::constant: place(to, lifted(*item.constant.slot())); return true;
      case Kind::typed: return put(item, layout_.parts[item.first], to);
      case Kind::text: return fill_text(item, to);
      case Kind::list: return fill_list(item, to);
      case Kind::object: return fill_object(item, to);
    }
    return false;
  }

  Error take_error() { return std::move(*error_); }

 private:
  weft_slot* slots(uint64_t count) {
    return static_cast<weft_slot*>(arena_.allocate(count * sizeof(weft_slot)));
  }

  bool fill_items(const Item& item, weft_slot* first) {
    for (uint32_t i = 0; i < item.count; ++i) {
      if (!fill(layout_.children[item.first + i], first + i)) return false;
    }
    return true;
  }

  bool fill_list(const Item& item, weft_slot* to) {
    weft_slot* first = slots(item.count);
    weft_slot whole{WEFT_ARRAY, 0, 0, item.count, {0}};
    whole.v.u = reinterpret_cast<uintptr_t>(first);
    place(to, whole);
    return fill_items(item, first);
  }

  bool fill_object(const Item& item, weft_slot* to) {
    weft_slot* shape = slots(uint64_t{item.count} + 1);
    weft_slot keys{WEFT_ARRAY, 0, 0, item.count, {0}};
    keys.v.u = reinterpret_cast<uintptr_t>(item.keys);
    place(shape, keys);
    const auto flags = static_cast<uint8_t>(item.flags | WEFT_SHAPED);
    weft_slot whole{WEFT_OBJECT, flags, 0, item.count, {0}};
    whole.v.u = reinterpret_cast<uintptr_t>(shape);
    place(to, whole);
    return fill_items(item, shape + 1);
  }

  Value evaluate(const Item& item, const Layout::Part& part) {
    const Value value = machine_.run(layout_.programs[part.program]);
    if (!value.exists()) fail(item, part, machine_.take_error());
    return value;
  }

  bool put(const Item& item, const Layout::Part& part, weft_slot* to) {
    const Value value = evaluate(item, part);
    if (!value.exists()) return false;
    place(to, lifted(*value.slot()));
    return true;
  }

  // Everything is evaluated before the text is made, so that the text is one piece of the arena.
  bool fill_text(const Item& item, weft_slot* to) {
    const Layout::Part* parts = &layout_.parts[item.first];
    auto* values = static_cast<Value*>(arena_.allocate(uint64_t{item.count} * sizeof(Value)));
    for (uint32_t i = 0; i < item.count; ++i) {
      values[i] = Value();
      if (parts[i].program == Layout::no_program) continue;
      values[i] = evaluate(item, parts[i]);
      if (!values[i].exists()) return false;
      if (values[i].is_null()) return fail_null(item, parts[i]);
    }
    machine_.restart();
    Render out(machine_);
    for (uint32_t i = 0; i < item.count; ++i) {
      if (values[i].exists()) {
        out.value(values[i]);
      } else {
        out.append(parts[i].literal);
      }
    }
    const Value text = out.take();
    if (!text.exists()) return fail(item, parts[0], machine_.take_error());
    place(to, lifted(*text.slot()));
    return true;
  }

  bool fail_null(const Item& item, const Layout::Part& part) {
    const std::string inner(layout_.programs[part.program].text);
    Error error;
    error.status = Status::bad_input;
    error.code = "template.null";
    error.message = "'" + inner + "' is null, which has no text";
    error.hint = "write coalesce(" + inner + ", \"\") if that may happen";
    error.flags = WEFT_ERR_BAD_INPUT;
    error.where.column = 1;
    return fail(item, part, std::move(error));
  }

  bool fail(const Item& item, const Layout::Part& part, Error error) {
    error.where.pointer = layout_.pointers[item.pointer];
    error.where.column += part.columns_before;
    error_ = std::make_unique<Error>(std::move(error));
    return false;
  }

  const Layout& layout_;
  Arena arena_;
  Machine machine_;
  std::unique_ptr<Error> error_;
};

}  // namespace

Template::Template() = default;
Template::Template(Value constant) : constant_(constant) {}
Template::Template(std::unique_ptr<Layout> layout) : layout_(std::move(layout)) {}
Template::Template(Template&& other) noexcept = default;
Template& Template::operator=(Template&& other) noexcept = default;
Template::~Template() = default;

bool Template::is_constant() const {
  return layout_ == nullptr || layout_->root.kind == Kind::constant;
}

Value Template::constant() const { return layout_ != nullptr ? layout_->root.constant : constant_; }

Result<Value> Template::evaluate(const Scope& scope, Arena arena) const {
  if (is_constant()) return constant();
  auto* root = static_cast<weft_slot*>(arena.allocate(sizeof(weft_slot)));
  Filler filler(*layout_, scope, arena);
  if (!filler.fill(layout_->root, root)) return filler.take_error();
  return Value(root);
}

std::span<const Root> Template::roots() const {
  return layout_ != nullptr ? std::span<const Root>(layout_->roots) : std::span<const Root>();
}

// Escapes make constants that differ from the tree: they are built once, here.
void Template::fold() {
  if (is_constant() || !layout_->programs.empty()) return;
  const Scope nothing{};
  layout_->folded = std::make_unique<base::Blocks>();
  const Result<Value> value = evaluate(nothing, layout_->folded->arena());
  if (!value) return;
  Item root;
  root.constant = *value;
  layout_->root = root;
}

}  // namespace weft::expr
