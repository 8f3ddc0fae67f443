#include "plugin/registry.hpp"

#include <weft/draft/model.h>

#include <utility>

#include "base/blocks.hpp"
#include "base/text.hpp"
#include "plugin/bindings.hpp"
#include "plugin/shelf.hpp"
#include "plugin/stores.hpp"
#include "plugin/tables.hpp"

namespace weft::plugin {

using namespace weft::lit;

namespace {

Registry& of(void* self) { return *static_cast<Registry*>(self); }

Result<void> expect_kind(const Shelf& shelf, uint32_t number, std::string_view kind) {
  if (number >= shelf.size()) {
    return Error{.status = Status::not_found,
                 .code = "plugin.unknown_" + std::string(kind),
                 .message = "there is no component " + std::to_string(number),
                 .hint = "numbers of components are those of this process"};
  }
  const Component& component = shelf.component(number);
  if (component.kind == kind) return {};
  return Error{
      .status = Status::bad_input,
      .code = "plugin.wrong_kind",
      .message = "'" + component.id + "' is a " + component.kind + ", not a " + std::string(kind),
      .hint = "use it where a " + component.kind + " is asked for"};
}

}  // namespace

std::string_view to_text(State state) {
  switch (state) {
    case State::available: return "available";
    case State::loaded: return "loaded";
    case State::refused: return "refused";
  }
  return "refused";
}

Registry::Registry(Options options)
    : options_(std::move(options)),
      shelf_(std::make_unique<Shelf>()),
      stores_(std::make_unique<Stores>(*this, options_.services)),
      bindings_(std::make_unique<Bindings>(*shelf_, options_.port, stores_->services())) {}

Registry::~Registry() = default;

void Registry::scan() { shelf_->scan(options_.paths); }
std::vector<Entry> Registry::entries() const { return shelf_->entries(); }
uint32_t Registry::size() const { return shelf_->size(); }
const Component& Registry::component(uint32_t number) const { return shelf_->component(number); }

Result<uint32_t> Registry::find(std::string_view kind, std::string_view name) const {
  return shelf_->find(kind, name);
}

Result<uint32_t> Registry::find_format(std::string_view path) const {
  const size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) {
    return Error{.status = Status::not_found,
                 .code = "plugin.unknown_extension",
                 .message = base::quoted(path) + " has no extension, so its format is unknown",
                 .hint = "name the file like flow.json or flow.yaml"};
  }
  return shelf_->find("extension", name.substr(dot + 1));
}

Value Registry::setting(uint32_t component) const {
  const std::string folded = base::fold_name(shelf_->component(component).id);
  for (const Setting& setting : options_.settings) {
    if (base::fold_name(setting.component) == folded) return setting.config;
  }
  return null_value();
}

spec::Catalog Registry::catalog() {
  spec::Catalog catalog;
  catalog.self = this;
  catalog.tool = [](void* self, std::string_view name) -> Result<const spec::Tool*> {
    auto number = of(self).shelf_->find("tool", name);
    if (!number) return number.error();
    return of(self).shelf_->tool(*number);
  };
  catalog.form = [](void* self, std::string_view name) -> Result<const spec::Form*> {
    return of(self).shelf_->form(name);
  };
  catalog.pattern = [](void* self, uint32_t component) -> Result<spec::BoundPattern> {
    auto bound = of(self).pattern(component);
    if (!bound) return bound.error();
    return spec::BoundPattern{bound->table, bound->self};
  };
  return catalog;
}

Result<BoundTool> Registry::tool(uint32_t component) {
  if (auto fine = expect_kind(*shelf_, component, "tool"); !fine) return fine.error();
  return bindings_->bind<weft_tool>(component, WEFT_TOOL_ID, setting(component));
}

Result<BoundTool> Registry::model(uint32_t component) {
  if (auto fine = expect_kind(*shelf_, component, "model"); !fine) return fine.error();
  return bindings_->bind<weft_tool>(component, WEFT_MODEL_ID, setting(component));
}

Result<BoundPattern> Registry::pattern(uint32_t component) {
  if (auto fine = expect_kind(*shelf_, component, "pattern"); !fine) return fine.error();
  return bindings_->bind<weft_pattern>(component, WEFT_PATTERN_ID, setting(component));
}

Result<BoundFormat> Registry::format(uint32_t component) {
  if (auto fine = expect_kind(*shelf_, component, "format"); !fine) return fine.error();
  return bindings_->bind<weft_format>(component, WEFT_FORMAT_ID, setting(component));
}

Result<BoundStore> Registry::store(uint32_t component, Value config) {
  if (auto fine = expect_kind(*shelf_, component, "store"); !fine) return fine.error();
  return bindings_->bind<weft_store>(component, WEFT_STORE_ID, config);
}

Result<BoundHook> Registry::hook(uint32_t component, Value config) {
  if (auto fine = expect_kind(*shelf_, component, "hook"); !fine) return fine.error();
  return bindings_->bind<weft_hook>(component, WEFT_HOOK_ID, config);
}

Result<BoundSink> Registry::sink(uint32_t component, Value config) {
  if (auto fine = expect_kind(*shelf_, component, "sink"); !fine) return fine.error();
  return bindings_->bind<weft_sink>(component, WEFT_SINK_ID, config);
}

Result<BoundStore> Registry::store(std::string_view url) {
  const size_t colon = url.find(':');
  if (colon == std::string_view::npos) {
    return Error{.status = Status::bad_input,
                 .code = "plugin.bad_url",
                 .message = base::quoted(url) + " does not say which store it means",
                 .hint = "write 'memory:' or 'sqlite:PATH'"};
  }
  auto component = shelf_->find("scheme", url.substr(0, colon));
  if (!component) return component.error();
  base::Blocks blocks;
  Builder config(blocks.arena());
  config.begin_object();
  config.set("path"_k, url.substr(colon + 1));
  config.end_object();
  return store(*component, config.take_value());
}

void Registry::set_log_mask(uint32_t mask) { bindings_->set_log_mask(mask); }

}  // namespace weft::plugin
