// Makes calls, given as text with what each should give, and prints for each what it gave, as JSON.
async function outcome(call, evaluate) {
  try {
    return await evaluate(`(async () => ${call})()`);
  } catch (refused) {
    const status = refused.statusCode ?? refused.response?.statusCode;
    return status ? `Status ${status}` : String(refused);
  }
}

module.exports = async (calls, evaluate) => {
  for (const [call, expected] of calls) {
    const given = await outcome(call, evaluate);
    console.log(JSON.stringify({ call, given: JSON.stringify(given), expected: JSON.stringify(expected) }));
  }
};
