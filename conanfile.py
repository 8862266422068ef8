# SPDX-License-Identifier: MIT

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class SeatfieldConan(ConanFile):
    name = "seatfield"
    description = "Seat inventory: many seats at once or none, never sold twice"
    license = "MIT"
    url = "https://github.com/seatfield/seatfield"
    homepage = url
    topics = ("ticketing", "seats", "inventory", "booking")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False],
               "mapped": [True, False], "json": [True, False],
               "redis": [True, False]}
    default_options = {"shared": False, "fPIC": True, "mapped": True,
                       "json": True, "redis": False}
    exports_sources = ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*",
                       "src/*")

    def export(self):
        copy(self, "include/seatfield/version.h", self.recipe_folder,
             self.export_folder)

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder,
                                       "include/seatfield/version.h"))
        self.version = ".".join(
            re.search(rf"#define SEATFIELD_VERSION_{part} (\d+)", text).group(1)
            for part in ("MAJOR", "MINOR", "PATCH"))

    def config_options(self):
        if self.settings.os == "Windows":
            self.options.rm_safe("fPIC")
            self.options.rm_safe("mapped")
            self.options.rm_safe("redis")

    @staticmethod
    def is_header_only(options):
        return not (options.get_safe("mapped") or options.json or
                    options.get_safe("redis"))

    def configure(self):
        if self.is_header_only(self.options):
            self.options.rm_safe("shared")
            self.package_type = "header-library"
        if self.options.get_safe("shared", True):
            self.options.rm_safe("fPIC")

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("abseil/[>=20220623]", transitive_headers=True,
                      transitive_libs=True)
        self.requires("xxhash/[>=0.8.1 <0.9]", transitive_headers=True)
        if self.options.json:
            self.requires("boost/[>=1.81 <2]")
        if self.options.get_safe("redis"):
            self.requires("hiredis/[>=0.14 <2]")

    def package_id(self):
        # Header-only: one package for every compiler.
        if self.is_header_only(self.info.options):
            self.info.settings.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "SEATFIELD_MAPPED": bool(self.options.get_safe("mapped")),
            "SEATFIELD_JSON": bool(self.options.json),
            "SEATFIELD_REDIS": bool(self.options.get_safe("redis")),
            "SEATFIELD_INSTALL": True,
            "SEATFIELD_BUILD_TESTS": False,
            "SEATFIELD_BUILD_EXAMPLES": False,
            "SEATFIELD_BUILD_BENCHMARKS": False,
        })
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder,
             os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # Conan makes these for its users itself.
        for folder in ("lib/cmake", "lib/pkgconfig", "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "seatfield")
        # Names for all components together, which must not be those of one.
        self.cpp_info.set_property("cmake_target_name", "seatfield::all")
        self.cpp_info.set_property("pkg_config_name", "seatfield-all")

        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "seatfield::core")
        core.set_property("pkg_config_name", "seatfield-core")
        core.requires = ["abseil::absl_status", "abseil::absl_statusor",
                         "xxhash::xxhash"]
        core.bindirs = []
        core.libdirs = []
        if self.settings.get_safe("os") in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]

        if self.options.get_safe("mapped"):
            mapped = self.cpp_info.components["seatfield"]
            mapped.set_property("cmake_target_name", "seatfield::seatfield")
            mapped.set_property("pkg_config_name", "seatfield")
            mapped.libs = ["seatfield"]
            mapped.requires = ["core"]

        if self.options.json:
            json = self.cpp_info.components["json"]
            json.set_property("cmake_target_name", "seatfield::json")
            json.set_property("pkg_config_name", "seatfield-json")
            json.libs = ["seatfield_json"]
            json.requires = ["core", "boost::json"]

        if self.options.get_safe("redis"):
            redis = self.cpp_info.components["redis"]
            redis.set_property("cmake_target_name", "seatfield::redis")
            redis.set_property("pkg_config_name", "seatfield-redis")
            redis.libs = ["seatfield_redis"]
            redis.requires = ["core", "hiredis::hiredislib"]
            if self.dependencies["hiredis"].options.get_safe("with_ssl"):
                redis.requires.append("hiredis::hiredis_ssl")
