// SPDX-License-Identifier: MIT
//
// seatctl looks into a store of seats and works on it.
//
//   seatctl --store file:/var/lib/box-office show 1 A-1
//
// Exit status: see program.h.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/terminal.h"
#include "seatctl/environment.h"
#include "seatctl/program.h"
#include "seatfield/clock.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/storage_registry.h"
#ifdef SEATFIELD_EXAMPLES_REDIS
#include "seatfield/redis_storage.h"
#endif

namespace {

int RunHere(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const char* const store = std::getenv("SEATCTL_STORE");
  examples::seatctl::Environment environment{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .terminal = examples::Terminal::Detect(),
      .store = store == nullptr ? "" : store,
      .storages = {},
      .clock = std::make_shared<seatfield::SystemClock>()};
  AddMemory(environment.storages);
  AddMapped(environment.storages);
#ifdef SEATFIELD_EXAMPLES_REDIS
  AddRedis(environment.storages);
#endif
  return examples::seatctl::Run({argv + std::min(argc, 1), argv + argc},
                                environment);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return RunHere(argc, argv);
  } catch (const std::exception& error) {  // no memory
    std::fprintf(stderr, "seatctl: %s\n", error.what());
    return examples::seatctl::kEnvironment;
  }
}
