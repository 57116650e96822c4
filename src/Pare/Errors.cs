namespace Pare;

/// <summary>
/// The user's input cannot be used. The message is one line: what was found, what is allowed, where.
/// The command line prints it and exits with 2.
/// </summary>
public class BadInputException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A step cannot reach what it was asked for: so small a network, or a finite loss. A recipe goes on with what there is.</summary>
public sealed class OutOfReachException(string message) : BadInputException(message);

/// <summary>A promise (<c>--max-drop</c>, a target size) could not be kept. The command line exits with 3.</summary>
public sealed class PromiseException(string message) : Exception(message);
