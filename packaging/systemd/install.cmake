# Run by `cmake --install`, when the prefix is known: writes the units with the program's path in them. Nothing is written
# to the build, so that two may install from it at once.
set(BESTOW_PROGRAM ${CMAKE_INSTALL_PREFIX}/${bindir}/bestow)
foreach(manager system user)
    file(READ ${source}/sandbox.${manager}.in SANDBOX)
    file(GLOB units ${source}/${manager}/*.in)
    foreach(unit ${units})
        get_filename_component(name ${unit} NAME_WLE)
        set(place ${CMAKE_INSTALL_PREFIX}/lib/systemd/${manager}/${name})
        message(STATUS "Installing: $ENV{DESTDIR}${place}")
        configure_file(${unit} $ENV{DESTDIR}${place} @ONLY
            FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${place})
    endforeach()
endforeach()
