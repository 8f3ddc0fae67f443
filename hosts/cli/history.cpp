#include "history.hpp"

#include <map>
#include <string>

#include "pool.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

constexpr uint32_t runs_max = 20;
constexpr double weight_of_latest = 0.2;

// The id of a step: 'block/step' is told of one in a block, 'step[3]' of an iteration.
std::string_view id_of(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  return path.substr(0, path.find('['));
}

void learn(Value steps, std::map<std::string, double, std::less<>>& means) {
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const Value took = steps[i]["duration_ms"_k];
    if (steps[i]["status"_k].as_text() != "succeeded" || !took.is_number()) continue;
    const double seconds = took.as_f64() / 1000;
    const auto [mean, is_first] = means.emplace(id_of(steps.key(i)), seconds);
    if (!is_first) mean->second += weight_of_latest * (seconds - mean->second);
  }
}

}  // namespace

Result<Document> measure(Kernel& kernel, std::string_view workflow) {
  RunFilter filter;
  filter.workflow = workflow;
  filter.status = "completed";
  filter.max = runs_max;
  auto runs = kernel.list(filter);
  if (!runs) return runs.error();
  std::map<std::string, double, std::less<>> means;
  const Value list = runs->view();
  for (uint32_t i = list.size(); i > 0; --i) {  // the latest is the last to be learnt from
    auto run = kernel.show(list[i - 1]["id"_k].as_text());
    if (!run) return run.error();
    learn(run->detail.view()["step_results"_k], means);
  }
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  for (const auto& [step, seconds] : means) b.set(Key(step), seconds);
  b.end_object();
  return Document::copy(b.take_value());
}

}  // namespace weft::cli
