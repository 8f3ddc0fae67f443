// hook.judge: gives the verdict that a test configures, or throws, or hangs until it is left.
#include <stdexcept>
#include <thread>

#include <weft/sdk/plugin.hpp>

using namespace weft::lit;

class Judge final {
 public:
  static constexpr std::string_view id = "judge";
  uint64_t points;

  Judge(weft::sdk::Host, weft::Value config)
      : points(weft::sdk::at(
            {static_cast<uint32_t>(config["point"_k].as_u64(WEFT_AT_BEFORE_TOOL_EXECUTION) % 64)})),
        phase_(config["phase"_k].as_text()),
        step_(config["step"_k].as_text()),
        does_(config["does"_k].as_text()),
        value_(config["value"_k].as_text()),
        verdict_(static_cast<uint32_t>(config["verdict"_k].as_u64())) {}

  weft::Result<weft::sdk::Verdict> on(uint32_t, weft::Value about, weft::sdk::Call& call) {
    using weft::sdk::Verdict;
    if (!phase_.empty() && about["phase"_k].as_text() != phase_) return Verdict::go_on();
    if (!step_.empty() && about["step"_k].as_text() != step_) return Verdict::go_on();
    if (does_ == "throw") throw std::runtime_error("the judge throws");
    while (does_ == "hang" && !call.cancelled()) std::this_thread::yield();
    const weft::Value value = payload(call);
    switch (verdict_) {
      case WEFT_VERDICT_MODIFIED: return Verdict::modified(value);
      case WEFT_VERDICT_CANCEL: return Verdict::cancel(value);
      case WEFT_VERDICT_REDIRECT: return Verdict::redirect(value);
      case WEFT_VERDICT_REPLACE: return Verdict::replace(value);
      case WEFT_VERDICT_RETRY: return Verdict::retry(value);
      case WEFT_VERDICT_FORK: return Verdict::fork(value);
      case WEFT_VERDICT_CACHE: return Verdict::cache(value);
      case WEFT_VERDICT_SKIPPED: return Verdict::skipped(value);
      default: return Verdict::go_on();
    }
  }

 private:
  weft::Value payload(weft::sdk::Call& call) const {
    weft::Builder b = call.builder();
    if (verdict_ == WEFT_VERDICT_FORK) return operations(b);
    if (verdict_ != WEFT_VERDICT_MODIFIED) {
      b.text(value_);
      return b.take_value();
    }
    b.begin_object();
    b.set("input"_k, std::string_view(value_));
    b.end_object();
    return b.take_value();
  }

  // The workflow of that name, and a call of echo.
  weft::Value operations(weft::Builder& b) const {
    b.begin_object();
    b.key("operations"_k);
    b.begin_array();
    b.begin_object();
    b.set("workflow"_k, std::string_view(value_));
    b.end_object();
    b.begin_object();
    b.set("tool"_k, "echo");
    b.key("parameters"_k);
    b.begin_object();
    b.set("input"_k, "beside");
    b.end_object();
    b.end_object();
    b.end_array();
    b.end_object();
    return b.take_value();
  }

  std::string phase_, step_, does_, value_;
  uint32_t verdict_;
};

WEFT_PLUGIN(Judge);
