# abi.layout: the layout that PROGRAM prints and the numbers in the headers equal layout.txt.
# WEFT_UPDATE=1 writes what is there now; the difference is what a reviewer reads.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/weft/*.h)
list(SORT headers)

execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE found ERROR_VARIABLE holes RESULT_VARIABLE status)
if(status)
  message(FATAL_ERROR "a struct has a hole: pad it by a named field, or list the field in "
                      "tests/abi/layout.c\n${holes}")
endif()

# Every struct of a header is printed, and every number stands in the golden file.
set(numbers "")
foreach(header ${headers})
  file(READ ${INCLUDE}/${header} text)
  string(REGEX MATCHALL "\n} weft_[a-z0-9_]+" structs "${text}")
  foreach(entry ${structs})
    string(REGEX REPLACE "\n} " "" name "${entry}")
    if(NOT "\n${found}" MATCHES "\n${name} ")
      message(FATAL_ERROR "${header}: tests/abi/layout.c does not print '${name}'")
    endif()
  endforeach()
  file(STRINGS ${INCLUDE}/${header} lines REGEX "^#define WEFT_[A-Z0-9_]+ [-(\"0-9]")
  foreach(line ${lines})
    string(REGEX REPLACE "^#define (WEFT_[A-Z0-9_]+) +(\"[^\"]*\"|[^/]*[^/ ]).*" "\\1 \\2" line "${line}")
    string(APPEND numbers "${line}\n")
  endforeach()
endforeach()
string(APPEND found "\n${numbers}")

if("$ENV{WEFT_UPDATE}" STREQUAL "1")
  file(WRITE ${GOLDEN} "${found}")
  message(STATUS "wrote ${GOLDEN}")
  return()
endif()
file(READ ${GOLDEN} expected)
if(found STREQUAL expected)
  return()
endif()
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/layout.found.txt "${found}")
execute_process(COMMAND diff -u ${GOLDEN} ${CMAKE_CURRENT_BINARY_DIR}/layout.found.txt)
message(FATAL_ERROR "the layout changed. An append to a struct is fine: run with WEFT_UPDATE=1 and "
                    "have the difference reviewed. Anything else needs a new interface id")
