/*
 * Is this a build with AddressSanitizer? Its shadow is larger than any ceiling
 * of memory, and it asks the kernel for more than we do. gcc and clang tell it
 * in different ways.
 */
#ifndef ZQ_BASE_SANITIZED_H
#define ZQ_BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
