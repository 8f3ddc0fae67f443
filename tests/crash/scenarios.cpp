// The runs whose every moment is cut short. Long enough to hold what they are for, and no longer.
#include "process.hpp"

namespace weft::tests {
namespace {

const std::string five = R"({"id":"five","steps":[
  {"id":"a","tool":"pure","parameters":{"name":"a","value":"{{$input}}"}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}},
  {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{b.name}} and more","do":"fail",
   "times":1},"retry":{"max_attempts":3,"initial":"2s"}},
  {"id":"d","tool":"once","parameters":{"name":"d","value":"{{c}}","do":"later","ms":3000}},
  {"id":"e","tool":"read","parameters":{"name":"e","value":["{{a}}","{{d}}"]}}]})";

const std::string fan = R"({"id":"fan","type":"dag","steps":[
  {"id":"top","tool":"once","parameters":{"name":"top"}},
  {"id":"l","tool":"idem","parameters":{"name":"l","value":"{{top}}","do":"later","ms":20}},
  {"id":"m","tool":"once","parameters":{"name":"m","value":"{{top}}","do":"later","ms":30}},
  {"id":"r","tool":"slow","parameters":{"name":"r","value":"{{top}}"}},
  {"id":"join","tool":"once","parameters":{"name":"join","value":["{{l}}","{{m}}","{{r}}"]}}]})";

const std::string nested = R"({"id":"nested","steps":[
  {"id":"n1","tool":"idem","parameters":{"name":"n1"}},
  {"id":"outer","type":"dag","steps":[
    {"id":"n2","tool":"once","parameters":{"name":"n2","value":"{{n1}}","do":"later","ms":5}},
    {"id":"inner","type":"sequential","steps":[
      {"id":"n3","tool":"idem","parameters":{"name":"n3","value":"{{n1}}"}},
      {"id":"n4","tool":"once","parameters":{"name":"n4","value":"{{n3}}"}}]}]},
  {"id":"n5","tool":"idem","parameters":{"name":"n5","value":"{{outer}}"}}]})";

const std::string retried = R"({"id":"retried","steps":[
  {"id":"t1","tool":"idem","parameters":{"name":"t1","do":"fail","times":3},
   "retry":{"max_attempts":9,"initial":"300ms","multiplier":2}},
  {"id":"t2","tool":"idem","parameters":{"name":"t2","do":"hang","times":1},"timeout":"1s",
   "retry":{"max_attempts":5,"initial":"100ms"}}]})";

const std::string continued = R"({"id":"continued","type":"dag","steps":[
  {"id":"c1","tool":"once","parameters":{"name":"c1","do":"refuse"},"on_error":"continue"},
  {"id":"c2","tool":"once","parameters":{"name":"c2","value":"{{default(c1, 1)}}"},
   "run_if":"always"},
  {"id":"c3","tool":"idem","parameters":{"name":"c3"},"depends_on":["c1"]},
  {"id":"c4","tool":"idem","parameters":{"name":"c4"},"depends_on":["c1"],
   "run_if":"failure"}]})";

const std::string cancelled = R"({"id":"cancelled","type":"dag","steps":[
  {"id":"k1","tool":"once","parameters":{"name":"k1","do":"hang"}},
  {"id":"k2","tool":"idem","parameters":{"name":"k2","do":"hang"}},
  {"id":"k3","type":"sequential","steps":[
    {"id":"k4","tool":"idem","parameters":{"name":"k4","do":"hang"}},
    {"id":"k5","tool":"idem","parameters":{"name":"k5"}}]}]})";

const std::string doubtful = R"({"id":"doubtful","steps":[
  {"id":"d1","tool":"once","parameters":{"name":"d1","do":"later","ms":10}},
  {"id":"d2","tool":"slow_once","parameters":{"name":"d2","value":"{{d1}}"}},
  {"id":"d3","tool":"once","parameters":{"name":"d3","value":"{{d2}}","do":"later","ms":10}}]})";

std::string pair(const std::string& p) {
  return R"({"id":")" + p + R"(","steps":[{"id":")" + p +
         R"(1","tool":"once","parameters":{"name":")" + p + R"(1","do":"later","ms":7}},{"id":")" +
         p + R"(2","tool":"idem","parameters":{"name":")" + p + R"(2","value":"{{)" + p +
         R"(1}}","do":"later","ms":7}}]})";
}

std::string large() {
  return R"({"id":"large","steps":[
  {"id":"w1","tool":"once","parameters":{"name":"w1","value":")" +
         std::string(14'000, 'w') + R"("}},
  {"id":"w2","tool":"once","parameters":{"name":"w2","value":"and {{w1.value}}"}}]})";
}

const std::string tended = R"({"id":"tended","steps":[
  {"id":"e1","tool":"once","parameters":{"name":"e1","do":"later","ms":1500}},
  {"id":"e2","tool":"idem","parameters":{"name":"e2","do":"later","ms":1500}},
  {"id":"e3","tool":"once","parameters":{"name":"e3","value":"{{e2}}","do":"later","ms":1500}}]})";

// It rests long enough to leave memory, and comes back by its timer.
const std::string timed = R"({"id":"timed","steps":[
  {"id":"f1","tool":"once","parameters":{"name":"f1"}},
  {"id":"f2","wait":"45s"},
  {"id":"f3","tool":"once","parameters":{"name":"f3","value":"{{f1}}"}}]})";

// One signal is awaited, the other comes before anybody waits.
const std::string signalled = R"({"id":"signalled","type":"dag","steps":[
  {"id":"g1","tool":"once","parameters":{"name":"g1","do":"later","ms":300}},
  {"id":"g2","wait":{"signal":"paid","timeout":"10m"}},
  {"id":"g3","wait":{"signal":"sent"},"depends_on":["g1","g2"]},
  {"id":"g4","tool":"once","parameters":{"name":"g4","value":["{{g2.sum}}","{{g3}}"]}}]})";
const std::vector<Word> signals{
    {150'000'000, R"({"verb":"signal","name":"sent","id":"1","data":"by ship, and late"})"},
    {250'000'000, R"({"verb":"signal","name":"paid","id":"2","data":{"sum":5}})"}};

const std::string approved = R"({"id":"approved","steps":[
  {"id":"h1","tool":"once","parameters":{"name":"h1"}},
  {"id":"h2","approval":{"title":"send it?","people":["ada"],"deadline":"2h"}},
  {"id":"h3","tool":"once","parameters":{"name":"h3","value":"{{h2.data}}"}}]})";
const std::vector<Word> approval{
    {250'000'000, R"({"verb":"decide","step":"h2","approve":true,"by":"ada","data":[1,2]})"}};

const std::string paused = R"({"id":"paused","steps":[
  {"id":"i1","tool":"once","parameters":{"name":"i1","do":"later","ms":300}},
  {"id":"i2","tool":"once","parameters":{"name":"i2","value":"{{i1}}","do":"later","ms":300}}]})";
const std::vector<Word> pause_and_resume{{100'000'000, R"({"verb":"pause"})"},
                                         {700'000'000, R"({"verb":"resume"})"}};

const std::string undone = R"({"id":"undone","on_failure":"compensate","steps":[
  {"id":"j1","tool":"undone","parameters":{"name":"j1","do":"later","ms":10},
   "compensate":{"tool":"idem","parameters":{"name":"undo_{{original.parameters.name}}"}}},
  {"id":"j2","tool":"once","parameters":{"name":"j2"},"compensate":
   {"tool":"idem","parameters":{"name":"undo_j2","value":"{{original.result}}","do":"fail",
    "times":1},"retry":{"max_attempts":3,"initial":"200ms"}}},
  {"id":"j3","tool":"once","parameters":{"name":"j3","do":"refuse"}}]})";

// What lies beside the run counts once.
const std::string counted = R"({"id":"counted","steps":[
  {"id":"q1","tool":"once","parameters":{"name":"q1","do":"later","ms":10}},
  {"id":"q2","set":{"$global.count":"{{default($global.count, 0) + 1}}"}},
  {"id":"q3","tool":"once","parameters":{"name":"q3","value":"{{$global.count}}"}},
  {"id":"q4","set":{"$global.count":"{{$global.count + 1}}"}},
  {"id":"q5","tool":"once","parameters":{"name":"q5","value":"{{$global}}"}}]})";
// One calls itself; every level keeps to its own input and variables.
const std::string called = R"({"id":"called","steps":[
  {"id":"m1","tool":"idem","parameters":{"name":"m1"}},
  {"id":"down","workflow":"down","input":{"n":2}},
  {"id":"m4","tool":"once","parameters":{"name":"m4","value":"{{down}}"}}],
  "workflows":{"down":{"variables":{"v":{"default":0}},"steps":[
    {"id":"keep","set":{"v":"{{n}}"}},
    {"id":"again","workflow":"down","if":"n > 0","input":{"n":"{{n - 1}}"}},
    {"id":"m2","tool":"once","if":"n == 0","parameters":{"name":"m2","value":"{{v}}",
      "do":"later","ms":5}},
    {"id":"m3","tool":"idem","if":"n == 2","parameters":{"name":"m3","value":"{{v}}"}}]}}})";

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"five steps in a row, on a disk with nothing", {five}, 0, true},
      {"fan-out and join", {fan}},
      {"blocks in blocks", {nested}},
      {"attempts again", {retried}},
      {"going on after a failure", {continued}},
      {"a cancelled run", {cancelled}, 500'000'000},
      {"steps in doubt", {doubtful}},
      {"two runs in one commit", {pair("p"), pair("q")}},
      {"values of many pages", {large()}},
      {"tables and log in turn", {tended}},
      {"a timer that is due", {timed}},
      {"signals through the store", {signalled}, 0, false, signals},
      {"an approval", {approved}, 0, false, approval},
      {"paused and resumed", {paused}, 0, false, pause_and_resume},
      {"effects that are undone", {undone}},
      {"values beside the run", {counted}},
      {"workflows that are called", {called}},
  };
  return all;
}

}  // namespace weft::tests
