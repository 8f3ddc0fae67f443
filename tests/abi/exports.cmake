# exports.<kind>.<name>: the plugin FILE exports weft_plugin_v1 and nothing else.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NM} -D --defined-only ${FILE}
                OUTPUT_VARIABLE text RESULT_VARIABLE status ERROR_VARIABLE problem)
if(status)
  message(FATAL_ERROR "${FILE}: ${problem}")
endif()
string(STRIP "${text}" text)
string(REGEX REPLACE "\n" ";" symbols "${text}")
list(LENGTH symbols count)
if(NOT count EQUAL 1 OR NOT text MATCHES "^[0-9a-f]+ [DR] weft_plugin_v1$")
  message(FATAL_ERROR "${FILE}: must export weft_plugin_v1 and nothing else, but exports:\n${text}")
endif()
