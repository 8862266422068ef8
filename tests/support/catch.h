// SPDX-License-Identifier: MIT
//
// The one header that includes Catch2, version 3 or 2. Its assertions are not
// thread-safe: count in atomics and assert after the join.

#ifndef SEATFIELD_TESTS_SUPPORT_CATCH_H_
#define SEATFIELD_TESTS_SUPPORT_CATCH_H_

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif  // SEATFIELD_TESTS_SUPPORT_CATCH_H_
