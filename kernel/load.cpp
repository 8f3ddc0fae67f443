// Definitions: from text to a workflow, through the format that the text is written in.
#include <weft/kernel.hpp>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel_rooms.hpp"
#include "plan/explain.hpp"

namespace weft {
namespace {

bool is_json(std::string_view file, std::string_view format) {
  return format.empty() ? file.ends_with(".json") : format == "json";
}

spec::Place place_in_json(const void* self, std::string_view pointer) {
  const auto place = base::locate_json(*static_cast<const std::string_view*>(self), pointer);
  return {place.line, place.column};
}

Result<plan::Source> parse_json(std::string_view text) {
  const auto blocks = std::make_shared<base::Blocks>();
  auto value = base::parse_json(text, blocks->arena());
  if (!value) return value.error();
  // No text becomes more than sixteen times its size: of a short one nothing is left to check.
  if (text.size() <= base::limits::value_bytes / 16) return plan::Source(*value, blocks);
  auto doc = base::try_pack(*value);
  if (!doc) return doc.error();
  return plan::Source(std::move(*doc));
}

struct Foreign {
  plugin::BoundFormat format;
  std::string_view text;
};

spec::Place place_in_foreign(const void* self, std::string_view pointer) {
  const auto& foreign = *static_cast<const Foreign*>(self);
  weft_place at{sizeof at, 0, 0, 0};
  foreign.format.table->locate(foreign.format.self, to_str(foreign.text), to_str(pointer), &at);
  return {at.line, at.column};
}

Result<plugin::BoundFormat> format_of(plugin::Registry& registry, std::string_view file,
                                      std::string_view format) {
  auto number =
      registry.find_format(format.empty() ? std::string(file) : std::string(".").append(format));
  if (!number) return number.error();
  return registry.format(*number);
}

// What a format plugin made of the text, or its error with a place.
Result<plan::Source> parse_foreign(const Foreign& foreign) {
  plugin::CallArena arena;
  weft_val value{nullptr, 0};
  weft_place at{sizeof at, 0, 0, 0};
  weft_error error{};
  error.size = sizeof error;
  const weft_status status = foreign.format.table->parse(foreign.format.self, to_str(foreign.text),
                                                         arena.raw(), &value, &at, &error);
  if (status == WEFT_OK) {
    auto doc = base::try_pack(Value(value));
    if (!doc) return doc.error();
    return plan::Source(std::move(*doc));
  }
  using namespace weft::lit;
  const Value detail(error.detail);
  Error e{static_cast<Status>(status), std::string(detail["code"_k].as_text("format.syntax")),
          std::string(error.msg, std::min<size_t>(error.msg_len, sizeof error.msg)),
          std::string(detail["hint"_k].as_text(detail["details"_k]["hint"_k].as_text()))};
  e.where.line = at.line;
  e.where.column = at.column;
  return e;
}

// A text that stays, with what was read from it.
struct Text {
  std::string text, file;
  std::string_view view;
  Foreign foreign;
  std::shared_ptr<const void> memory;  // of the definition; nobody else holds it
  bool is_json = false;

  spec::Locator locator() const {
    return is_json ? spec::Locator{&view, place_in_json}
                   : spec::Locator{&foreign, place_in_foreign};
  }
};

Result<plan::Source> parse(plugin::Registry& registry, Text& text, std::string_view format) {
  text.view = text.foreign.text = text.text;
  text.is_json = is_json(text.file, format);
  if (text.is_json) return parse_json(text.view);
  auto bound = format_of(registry, text.file, format);
  if (!bound) return bound.error();
  text.foreign.format = *bound;
  return parse_foreign(text.foreign);
}

// What the steps of a definition call that it does not hold.
class Finder final {
 public:
  Finder(Kernel::Rooms& rooms, std::string_view file) : rooms_(rooms), file_(file) {}

  spec::Catalog catalog() {
    spec::Catalog catalog = rooms_.catalog;
    catalog.finder = this;
    catalog.workflow = [](void* finder, std::string_view name) {
      return static_cast<Finder*>(finder)->find(name);
    };
    return catalog;
  }

 private:
  Result<spec::Found> find(std::string_view name) {
    {
      const base::Lock lock(rooms_.mutex);
      const auto known = rooms_.loaded.find(name);
      if (known != rooms_.loaded.end()) {
        const std::shared_ptr<const plan::Plan>& plan = known->second->plan;
        return spec::Found{plan->definition, plan, plan->file, {}};
      }
    }
    if (!rooms_.options.find) {
      return Error{Status::not_found, "spec.unknown_workflow", "it is not known",
                   "put it under 'workflows', or load it first"};
    }
    auto text = rooms_.options.find(name, file_);
    if (!text) return text.error();
    const auto held = std::make_shared<Text>();
    held->text = std::move(text->text);
    held->file = std::move(text->file);
    auto source = parse(*rooms_.registry, *held, {});
    if (!source) return unreadable(name, held->file, source.error());
    held->memory = std::move(source->memory);
    return spec::Found{source->definition, held, held->file, held->locator()};
  }

  static Error unreadable(std::string_view name, const std::string& file, Error why) {
    std::string place = file;
    if (why.where.line != 0) {
      place += ':' + std::to_string(why.where.line) + ':' + std::to_string(why.where.column);
    }
    why.message =
        "the workflow " + base::quoted(name) + " cannot be read, " + place + ": " + why.message;
    why.status = Status::bad_input;
    return why;
  }

  Kernel::Rooms& rooms_;
  std::string_view file_;
};

}  // namespace

Loaded Kernel::load(std::string_view text, std::string_view file, std::string_view format) {
  Loaded loaded;
  const auto refuse = [&](Error error) {
    if (error.where.file.empty()) error.where.file = file;
    loaded.problems.push_back(std::move(error));
    return std::move(loaded);
  };
  Text read{std::string(text), std::string(file), {}, {}, {}};
  auto source = parse(*rooms_->registry, read, format);
  if (!source) return refuse(source.error());
  source->file = file;
  source->locator = read.locator();
  Finder finder(*rooms_, file);
  plan::Built built = plan::build(std::move(*source), finder.catalog());
  loaded.problems = std::move(built.problems);
  loaded.warnings = std::move(built.warnings);
  if (built.plan == nullptr) return loaded;
  auto bindings = rooms_->bind(built.plan);
  if (!bindings) return refuse(bindings.error());
  {
    const base::Lock lock(rooms_->mutex);
    rooms_->loaded.insert_or_assign(built.plan->id, *bindings);
  }
  loaded.workflow.push_back(Rooms::workflow_of(std::move(*bindings)));
  return loaded;
}

// The format NAME_of reads a definition in JSON and gives a text: what the format NAME would read.
Result<std::string> Kernel::print(const Workflow& workflow, std::string_view format) {
  auto bound = format_of(*rooms_->registry, {}, std::string(format) + "_of");
  if (!bound) return bound.error();
  const std::string json = base::json_text(workflow.body_->plan().definition);
  const auto text = parse_foreign({*bound, json});
  if (!text) return text.error();
  return std::string(text->definition.as_text());
}

Result<Document> Kernel::read(std::string_view text, std::string_view file,
                              std::string_view format) {
  Text read{std::string(text), std::string(file), {}, {}, {}};
  auto source = parse(*rooms_->registry, read, format);
  if (source) return Document::copy(source->definition);
  Error error = source.error();
  error.where.file = file;
  return error;
}

std::string_view Workflow::id() const { return body_->plan().id; }
std::string_view Workflow::version() const { return body_->plan().version; }
std::string Workflow::hash() const { return base::to_hex(body_->plan().hash); }
std::string Workflow::explain_text(Value measured) const {
  return plan::explain(body_->plan(), measured);
}
std::string Workflow::explain_mermaid() const { return plan::mermaid(body_->plan()); }

}  // namespace weft
